// Views, joining and selecting.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

// LibTorch checks indices on the CPU, but on CUDA an index out of range takes the whole device context down.
void requireIndices(const char* operation, const Tensor& indices, int64_t size) {
  if (indices.scalar_type() != at::kLong && indices.scalar_type() != at::kInt) {
    throw Error("ERR_INVALID_ARGUMENT", std::string(operation) + ": the indices must be int32 or int64, not " + dtypeName(indices.scalar_type()));
  }
  if (indices.numel() == 0) return;
  const auto low = indices.min().item<int64_t>();
  const auto high = indices.max().item<int64_t>();
  if (low < 0 || high >= size) {
    throw Error("ERR_INVALID_ARGUMENT", std::string(operation) + ": index " + std::to_string(low < 0 ? low : high) + " is outside 0 to " +
                                            std::to_string(size - 1));
  }
}

}  // namespace

void registerShapes(Napi::Object ops) {
  op<[](const Tensor& a, std::vector<int64_t> shape) { return a.view(shape); }>(ops, "view");
  op<[](const Tensor& a, std::vector<int64_t> shape) { return a.reshape(shape); }>(ops, "reshape");
  op<[](const Tensor& a, int64_t start, int64_t end) { return a.flatten(start, end); }>(ops, "flatten");
  op<[](const Tensor& a, int64_t first, int64_t second) { return a.transpose(first, second); }>(ops, "transpose");
  op<[](const Tensor& a, std::vector<int64_t> dims) { return a.permute(dims); }>(ops, "permute");
  op<[](const Tensor& a, int64_t dim) { return a.squeeze(dim); }>(ops, "squeeze");
  op<[](const Tensor& a, int64_t dim) { return a.unsqueeze(dim); }>(ops, "unsqueeze");
  op<[](const Tensor& a, std::vector<int64_t> shape) { return a.expand(shape); }>(ops, "expand");
  op<[](const Tensor& a) { return a.contiguous(); }>(ops, "contiguous");
  op<[](const Tensor& a, int64_t dim, int64_t start, int64_t length) { return a.narrow(dim, start, length); }>(ops, "narrow");
  op<[](const Tensor& a, int64_t dim, int64_t index) { return a.select(dim, index); }>(ops, "select");
  op<[](std::vector<Tensor> tensors, int64_t dim) { return at::cat(tensors, dim); }>(ops, "cat");
  op<[](std::vector<Tensor> tensors, int64_t dim) { return at::stack(tensors, dim); }>(ops, "stack");
  op<[](const Tensor& a, int64_t dim, const Tensor& index) {
    requireIndices("indexSelect", index, a.size(dim));
    return a.index_select(dim, index);
  }>(ops, "indexSelect");
  op<[](const Tensor& a, int64_t dim, const Tensor& index) {
    requireIndices("gather", index, a.size(dim));
    return a.gather(dim, index);
  }>(ops, "gather");
  op<[](const Tensor& weight, const Tensor& indices) {
    requireIndices("embedding", indices, weight.size(0));
    return at::embedding(weight, indices);
  }>(ops, "embedding");
  op<[](const Tensor& a, std::optional<at::Device> device, std::optional<at::ScalarType> dtype) {
    return a.to(at::TensorOptions(dtype.value_or(a.scalar_type())).device(device.value_or(a.device())));
  }>(ops, "to");
}

}  // namespace bornagain
