// Products of vectors, matrices and batches of them.
#include <ATen/ops/linear.h>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

void requireInner(int64_t left, const Tensor& self, const char* selfName, int64_t right, const Tensor& other, const char* otherName) {
  if (left == right) return;
  throw Error("ERR_INVALID_ARGUMENT", std::string(selfName) + " " + shapeText(self.sizes()) + " and " + otherName + " " +
                                          shapeText(other.sizes()) + " do not fit: the inner sizes are " + std::to_string(left) + " and " +
                                          std::to_string(right));
}

Tensor matmul(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) throw Error("ERR_INVALID_ARGUMENT", "self and other must not be scalars; use mul()");
  requireSameDtype(self, "self", other, "other");
  requireInner(self.size(-1), self, "self", other.dim() == 1 ? other.size(0) : other.size(-2), other, "other");
  const auto batch = [](const Tensor& tensor) { return tensor.sizes().slice(0, std::max<int64_t>(tensor.dim() - 2, 0)); };
  requireBroadcast(batch(self), "the batch of self", batch(other), "of other");
  return self.matmul(other);
}

Tensor bmm(const Tensor& self, const Tensor& other) {
  requireRank(self, "self", 3);
  requireRank(other, "other", 3);
  requireSameDtype(self, "self", other, "other");
  requireInner(self.size(2), self, "self", other.size(1), other, "other");
  if (self.size(0) != other.size(0)) throw Error("ERR_INVALID_ARGUMENT", "self and other must have the same number of matrices");
  return self.bmm(other);
}

Tensor addmm(const Tensor& self, const Tensor& a, const Tensor& b) {
  requireRank(a, "a", 2);
  requireRank(b, "b", 2);
  requireSameDtype(a, "a", b, "b");
  requireSameDtype(self, "self", a, "a");
  requireInner(a.size(1), a, "a", b.size(0), b, "b");
  requireExpandable(self.sizes(), "self", {a.size(0), b.size(1)}, "the product");
  return self.addmm(a, b);
}

Tensor linear(const Tensor& self, const Tensor& weight, const std::optional<Tensor>& bias) {
  requireRank(weight, "weight", 2);
  requireSameDtype(self, "self", weight, "weight");
  if (self.dim() == 0) throw Error("ERR_INVALID_ARGUMENT", "self must not be a scalar");
  requireInner(self.size(-1), self, "self", weight.size(1), weight, "weight");
  if (bias) {
    requireSameDtype(*bias, "bias", weight, "weight");
    if (bias->sizes() != at::IntArrayRef({weight.size(0)})) {
      throw Error("ERR_INVALID_ARGUMENT", "bias " + shapeText(bias->sizes()) + " must be [" + std::to_string(weight.size(0)) + "]");
    }
  }
  return at::linear(self, weight, bias);
}

}  // namespace

void registerProducts(Napi::Object ops) {
  op<&matmul>(ops, "matmul(self, other)");
  op<&bmm>(ops, "bmm(self, other)");
  op<&addmm>(ops, "addmm(self, a, b)");
  op<&linear>(ops, "linear(self, weight, bias)");
}

}  // namespace bornagain
