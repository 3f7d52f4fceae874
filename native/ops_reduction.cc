// Reductions. An empty list of dimensions reduces all of them.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;
using Dims = std::vector<int64_t>;

void registerReductions(Napi::Object ops) {
  op<[](const Tensor& a, Dims dims, bool keepDim) { return dims.empty() ? a.sum() : a.sum(dims, keepDim); }>(ops, "sum");
  op<[](const Tensor& a, Dims dims, bool keepDim) { return dims.empty() ? a.mean() : a.mean(dims, keepDim); }>(ops, "mean");
  op<[](const Tensor& a, Dims dims, bool keepDim) { return a.amax(dims, keepDim); }>(ops, "amax");
  op<[](const Tensor& a, Dims dims, bool keepDim) { return a.amin(dims, keepDim); }>(ops, "amin");
  op<[](const Tensor& a, std::optional<int64_t> dim, bool keepDim) { return a.argmax(dim, keepDim); }>(ops, "argmax");
  op<[](const Tensor& a, Dims dims, int64_t correction, bool keepDim) {
    return at::var(a, dims.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(dims), at::Scalar(correction), keepDim);
  }>(ops, "variance");
  op<[](const Tensor& a, Dims dims, int64_t correction, bool keepDim) {
    return at::std(a, dims.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(dims), at::Scalar(correction), keepDim);
  }>(ops, "std");
  op<[](const Tensor& a) { return at::linalg_vector_norm(a); }>(ops, "norm");
}

}  // namespace bornagain
