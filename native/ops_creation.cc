// Tensors out of nothing.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>

#include <cmath>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

Tensor full(const Shape& shape, double value, at::ScalarType dtype, at::Device device) {
  return at::full(shape.sizes, requireValue(value, "value", dtype), at::TensorOptions(dtype).device(device));
}

Tensor arange(double start, double end, double step, at::ScalarType dtype, at::Device device) {
  if (dtype == at::kBool) throw Error("ERR_INVALID_ARGUMENT", "dtype must be a number's, not bool");
  if (!std::isfinite(start) || !std::isfinite(end)) throw Error("ERR_INVALID_ARGUMENT", "start and end must be finite");
  if (!std::isfinite(step) || step == 0) throw Error("ERR_INVALID_ARGUMENT", "step must be finite and not 0");
  if ((end - start) * step < 0) throw Error("ERR_INVALID_ARGUMENT", "step goes away from end");
  const at::ScalarType wide = at::isFloatingType(dtype) ? dtype : at::kLong;
  const at::Scalar first = requireValue(start, "start", dtype);
  const at::Scalar bound = requireValue(end, "end", wide);
  const at::Scalar by = requireValue(step, "step", wide);
  const double count = std::ceil((end - start) / step);
  if (count > 0) requireValue(start + (count - 1) * step, "the last value", dtype);
  return at::arange(first, bound, by, at::TensorOptions(dtype).device(device));
}

Tensor randn(const Shape& shape, int64_t seed, at::ScalarType dtype, at::Device device) {
  if (seed < 0) throw Error("ERR_INVALID_ARGUMENT", "seed must not be negative");
  if (!at::isFloatingType(dtype)) throw Error("ERR_INVALID_ARGUMENT", "dtype must be a floating one, not " + dtypeName(dtype));
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(seed));
  return at::randn(shape.sizes, generator, at::TensorOptions(dtype)).to(device);
}

}  // namespace

void registerCreation(Napi::Object ops) {
  op<&full>(ops, "full(shape, value, dtype, device)");
  op<&arange>(ops, "arange(start, end, step, dtype, device)");
  op<&randn>(ops, "randn(shape, seed, dtype, device)");
}

}  // namespace bornagain
