// Parts of tensors: ranges, and values picked by index.
#include <ATen/ops/embedding.h>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  requireRankAtLeastOne(self);
  const int64_t size = self.size(requireDim(self, dim, "dim"));
  if (start < 0 || length < 0 || start > size || length > size - start) {
    throw Error("ERR_INVALID_ARGUMENT", "start " + std::to_string(start) + " and length " + std::to_string(length) +
                                            " leave the dimension, which has " + std::to_string(size));
  }
  return self.narrow(dim, start, length);
}

Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  requireRankAtLeastOne(self);
  requireDim(self, dim, "dim");
  if (step < 1) throw Error("ERR_INVALID_ARGUMENT", "step must be at least 1, not " + std::to_string(step));
  return self.slice(dim, start, end, step);
}

Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  requireRankAtLeastOne(self);
  const int64_t size = self.size(requireDim(self, dim, "dim"));
  if (index < -size || index >= size) {
    throw Error("ERR_INVALID_ARGUMENT",
                "index " + std::to_string(index) + " is outside of the dimension, which has " + std::to_string(size));
  }
  return self.select(dim, index);
}

Tensor indexSelect(const Tensor& self, int64_t dim, const Tensor& index) {
  requireRankAtLeastOne(self);
  requireRank(index, "index", 1);
  requireIndices(index, "index", self.size(requireDim(self, dim, "dim")));
  return self.index_select(dim, index);
}

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  requireRankAtLeastOne(self);
  requireRank(index, "index", self.dim());
  const int64_t along = requireDim(self, dim, "dim");
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d == along || index.size(d) <= self.size(d)) continue;
    throw Error("ERR_INVALID_ARGUMENT", "index " + shapeText(index.sizes()) + " is larger than self " + shapeText(self.sizes()) +
                                            " in dimension " + std::to_string(d));
  }
  requireIndices(index, "index", self.size(along));
  return self.gather(dim, index.to(at::kLong));
}

Tensor embedding(const Tensor& weight, const Tensor& indices) {
  requireRank(weight, "weight", 2);
  requireIndices(indices, "indices", weight.size(0));
  return at::embedding(weight, indices);
}

}  // namespace

void registerParts(Napi::Object ops) {
  op<&narrow>(ops, "narrow(self, dim, start, length)");
  op<&slice>(ops, "slice(self, dim, start, end, step)");
  op<&select>(ops, "select(self, dim, index)");
  op<&indexSelect>(ops, "indexSelect(self, dim, index)");
  op<&gather>(ops, "gather(self, dim, index)");
  op<&embedding>(ops, "embedding(weight, indices)");
}

}  // namespace bornagain
