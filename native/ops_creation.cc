// Tensors out of nothing. Options are dtype and device.
#include <ATen/CPUGeneratorImpl.h>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

namespace {

void requireShape(const char* operation, const std::vector<int64_t>& shape) {
  for (const int64_t size : shape) {
    if (size < 0) throw Error("ERR_INVALID_ARGUMENT", std::string(operation) + ": a size must not be negative, not " + std::to_string(size));
  }
}

at::TensorOptions options(at::ScalarType dtype, at::Device device) { return at::TensorOptions(dtype).device(device); }

}  // namespace

void registerCreation(Napi::Object ops) {
  op<[](std::vector<int64_t> shape, double value, at::ScalarType dtype, at::Device device) {
    requireShape("full", shape);
    return at::full(shape, value, options(dtype, device));
  }>(ops, "full");
  op<[](double start, double end, double step, at::ScalarType dtype, at::Device device) {
    return at::arange(start, end, step, options(dtype, device));
  }>(ops, "arange");
  // Drawn on the CPU, so that a seed gives the same numbers on every device.
  op<[](std::vector<int64_t> shape, int64_t seed, at::ScalarType dtype, at::Device device) {
    requireShape("randn", shape);
    const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(seed));
    return at::randn(shape, generator, at::TensorOptions(dtype)).to(device);
  }>(ops, "randn");
}

}  // namespace bornagain
