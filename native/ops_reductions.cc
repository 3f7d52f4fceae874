// Reductions over some dimensions, or over all when none are named.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;
using Dims = std::optional<std::vector<int64_t>>;

namespace {

at::OptionalIntArrayRef some(const Tensor& self, const Dims& dims) {
  if (!dims) return std::nullopt;
  requireDims(self, *dims, "dims");
  return at::OptionalIntArrayRef(*dims);
}

// amax and amin know no absent list: an empty one is all dimensions.
at::IntArrayRef listed(const Tensor& self, const Dims& dims) {
  if (self.numel() == 0) throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " has no values");
  return some(self, dims).value_or(at::IntArrayRef());
}

Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepDim) {
  if (dim) requireDim(self, *dim, "dim");
  if (self.numel() == 0) throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " has no values");
  return self.argmax(dim, keepDim);
}

}  // namespace

void registerReductions(Napi::Object ops) {
  op<[](const Tensor& self, const Dims& dims, bool keepDim) { return self.sum(some(self, dims), keepDim); }>(ops,
                                                                                                             "sum(self, dims, keepDim)");
  op<[](const Tensor& self, const Dims& dims, bool keepDim) {
    requireFloating(self, "self");
    return self.mean(some(self, dims), keepDim);
  }>(ops, "mean(self, dims, keepDim)");
  op<[](const Tensor& self, const Dims& dims, bool keepDim) { return self.amax(listed(self, dims), keepDim); }>(
      ops, "amax(self, dims, keepDim)");
  op<[](const Tensor& self, const Dims& dims, bool keepDim) { return self.amin(listed(self, dims), keepDim); }>(
      ops, "amin(self, dims, keepDim)");
  op<[](const Tensor& self, const Dims& dims, const at::Scalar& correction, bool keepDim) {
    requireFloating(self, "self");
    return self.std(some(self, dims), correction, keepDim);
  }>(ops, "std(self, dims, correction, keepDim)");
  op<[](const Tensor& self, const Dims& dims, const at::Scalar& correction, bool keepDim) {
    requireFloating(self, "self");
    return self.var(some(self, dims), correction, keepDim);
  }>(ops, "var(self, dims, correction, keepDim)");
  op<&argmax>(ops, "argmax(self, dim, keepDim)");
}

}  // namespace bornagain
