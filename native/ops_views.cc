// Shapes: views, and joining.
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;
using Sizes = std::vector<int64_t>;

namespace {

// One size may be -1; the others must make the tensor's number of values.
void requireNewShape(const Tensor& self, const Sizes& shape) {
  int64_t known = 1;
  int64_t open = 0;
  for (const int64_t size : shape) {
    if (size == -1) {
      ++open;
    } else if (size < 0 || __builtin_mul_overflow(known, size, &known)) {
      throw Error("ERR_INVALID_ARGUMENT", "shape " + shapeText(shape) + " is no shape");
    }
  }
  const bool fits = open == 0 ? known == self.numel() : open == 1 && known != 0 && self.numel() % known == 0;
  if (!fits) throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " does not fit into shape " + shapeText(shape));
}

Tensor matrixTransposed(const Tensor& self) {
  if (self.dim() > 2)
    throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " has more than 2 dimensions; use transpose()");
  return self.t();
}

Tensor permute(const Tensor& self, const Sizes& dims) {
  std::vector<bool> seen(static_cast<size_t>(self.dim()));
  bool permutation = dims.size() == seen.size();
  for (const int64_t dim : dims) {
    const auto place = static_cast<size_t>(requireDim(self, dim, "dims"));
    permutation = permutation && !seen[place];
    if (permutation) seen[place] = true;
  }
  if (!permutation) {
    throw Error("ERR_INVALID_ARGUMENT",
                "dims " + shapeText(dims) + " must name every dimension of self " + shapeText(self.sizes()) + " once");
  }
  return self.permute(dims);
}

Tensor expand(const Tensor& self, const Sizes& shape) {
  bool fits = static_cast<int64_t>(shape.size()) >= self.dim();
  for (size_t i = 1; fits && i <= shape.size(); ++i) {
    const int64_t wanted = shape[shape.size() - i];
    const int64_t given = static_cast<int64_t>(i) <= self.dim() ? self.size(-static_cast<int64_t>(i)) : -2;
    fits = given == -2 ? wanted >= 0 : wanted == -1 || wanted == given || (given == 1 && wanted >= 0);
  }
  if (!fits) throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " does not expand to " + shapeText(shape));
  return self.expand(shape);
}

Tensor flatten(const Tensor& self, int64_t startDim, int64_t endDim) {
  if (requireDim(self, startDim, "startDim") > requireDim(self, endDim, "endDim")) {
    throw Error("ERR_INVALID_ARGUMENT", "startDim must not come after endDim");
  }
  return self.flatten(startDim, endDim);
}

Tensor unsqueeze(const Tensor& self, int64_t dim) {
  if (dim < -self.dim() - 1 || dim > self.dim()) {
    throw Error("ERR_INVALID_ARGUMENT", "dim " + std::to_string(dim) + " is no place for a new dimension in " + shapeText(self.sizes()));
  }
  return self.unsqueeze(dim);
}

Tensor cat(const std::vector<Tensor>& tensors, int64_t dim) {
  if (tensors[0].dim() == 0) throw Error("ERR_INVALID_ARGUMENT", "tensors[0] has no dimension to join along; stack joins scalars");
  const auto joined = static_cast<size_t>(requireDim(tensors[0], dim, "dim"));
  for (size_t i = 0; i < tensors.size(); ++i) {
    bool fits = tensors[i].dim() == tensors[0].dim();
    for (size_t d = 0; fits && d < tensors[i].sizes().size(); ++d) fits = d == joined || tensors[i].sizes()[d] == tensors[0].sizes()[d];
    if (!fits) {
      throw Error("ERR_INVALID_ARGUMENT", "tensors[" + std::to_string(i) + "] " + shapeText(tensors[i].sizes()) +
                                              " does not join tensors[0] " + shapeText(tensors[0].sizes()) + " along dimension " +
                                              std::to_string(joined));
    }
  }
  return at::cat(tensors, dim);
}

Tensor stack(const std::vector<Tensor>& tensors, int64_t dim) {
  for (size_t i = 1; i < tensors.size(); ++i) {
    requireSameShape(tensors[0], "tensors[0]", tensors[i], ("tensors[" + std::to_string(i) + "]").c_str());
  }
  if (dim < -tensors[0].dim() - 1 || dim > tensors[0].dim()) {
    throw Error("ERR_INVALID_ARGUMENT",
                "dim " + std::to_string(dim) + " is no place for a new dimension in " + shapeText(tensors[0].sizes()));
  }
  return at::stack(tensors, dim);
}

}  // namespace

void registerViews(Napi::Object ops) {
  op<&matrixTransposed>(ops, "t(self)");
  op<[](const Tensor& self, int64_t dim0, int64_t dim1) {
    requireDims(self, {dim0}, "dim0");
    requireDims(self, {dim1}, "dim1");
    return self.transpose(dim0, dim1);
  }>(ops, "transpose(self, dim0, dim1)");
  op<&permute>(ops, "permute(self, dims)");
  op<[](const Tensor& self, const Sizes& shape) {
    requireNewShape(self, shape);
    return self.reshape(shape);
  }>(ops, "reshape(self, shape)");
  op<[](const Tensor& self, const Sizes& shape) {
    requireNewShape(self, shape);
    return self.view(shape);
  }>(ops, "view(self, shape)");
  op<&flatten>(ops, "flatten(self, startDim, endDim)");
  op<[](const Tensor& self, const std::optional<int64_t>& dim) {
    if (dim) requireDim(self, *dim, "dim");
    return dim ? self.squeeze(*dim) : self.squeeze();
  }>(ops, "squeeze(self, dim)");
  op<&unsqueeze>(ops, "unsqueeze(self, dim)");
  op<&expand>(ops, "expand(self, shape)");
  op<[](const Tensor& self) { return self.contiguous(); }>(ops, "contiguous(self)");
  op<&cat>(ops, "cat(tensors, dim)");
  op<&stack>(ops, "stack(tensors, dim)");
}

}  // namespace bornagain
