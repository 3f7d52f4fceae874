// What networks are made of beside linear layers: softmax, norms, losses.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/mse_loss.h>

#include <cmath>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

int64_t toReduction(const std::string& name) {
  if (name == "none") return at::Reduction::None;
  if (name == "mean") return at::Reduction::Mean;
  if (name == "sum") return at::Reduction::Sum;
  throw Error("ERR_INVALID_ARGUMENT", "reduction must be 'none', 'mean' or 'sum', not '" + name + "'");
}

void requireNormParameter(const std::optional<Tensor>& parameter, const char* name, const Tensor& self, at::IntArrayRef shape) {
  if (!parameter) return;
  requireSameDtype(*parameter, name, self, "self");
  if (parameter->sizes() != shape) {
    throw Error("ERR_INVALID_ARGUMENT", std::string(name) + " " + shapeText(parameter->sizes()) + " must be " + shapeText(shape));
  }
}

Tensor layerNorm(const Tensor& self, const std::vector<int64_t>& normalizedShape, const std::optional<Tensor>& weight,
                 const std::optional<Tensor>& bias, double epsilon) {
  requireFloating(self, "self");
  const auto rank = static_cast<int64_t>(normalizedShape.size());
  if (rank == 0 || rank > self.dim() || self.sizes().slice(self.dim() - rank) != at::IntArrayRef(normalizedShape)) {
    throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " must end in normalizedShape " + shapeText(normalizedShape));
  }
  requireNormParameter(weight, "weight", self, normalizedShape);
  requireNormParameter(bias, "bias", self, normalizedShape);
  if (!(epsilon >= 0) || !std::isfinite(epsilon)) throw Error("ERR_INVALID_ARGUMENT", "epsilon must be a finite number, not negative");
  return at::layer_norm(self, normalizedShape, weight, bias, epsilon);
}

// A target of a floating dtype holds distributions [B, C], any other class indices [B].
Tensor crossEntropy(const Tensor& self, const Tensor& target, const std::string& reduction) {
  requireFloating(self, "self");
  requireRank(self, "self", 2);
  if (target.is_floating_point()) {
    requireSameDtype(self, "self", target, "target");
    requireSameShape(self, "self", target, "target");
    return at::cross_entropy_loss(self, target, {}, toReduction(reduction));
  }
  if (target.dim() != 1 || target.size(0) != self.size(0)) {
    throw Error("ERR_INVALID_ARGUMENT", "target " + shapeText(target.sizes()) + " must be [" + std::to_string(self.size(0)) +
                                            "] class indices, or distributions of the shape of self " + shapeText(self.sizes()));
  }
  requireIndices(target, "target", self.size(1));
  return at::cross_entropy_loss(self, target.to(at::kLong), {}, toReduction(reduction));
}

Tensor mseLoss(const Tensor& self, const Tensor& target, const std::string& reduction) {
  requireFloating(self, "self");
  requireSameDtype(self, "self", target, "target");
  requireSameShape(self, "self", target, "target");
  return at::mse_loss(self, target, toReduction(reduction));
}

}  // namespace

void registerNetwork(Napi::Object ops) {
  op<[](const Tensor& self, int64_t dim) {
    requireFloating(self, "self");
    requireDim(self, dim, "dim");
    return self.softmax(dim);
  }>(ops, "softmax(self, dim)");
  op<[](const Tensor& self, int64_t dim) {
    requireFloating(self, "self");
    requireDim(self, dim, "dim");
    return self.log_softmax(dim);
  }>(ops, "logSoftmax(self, dim)");
  op<&layerNorm>(ops, "layerNorm(self, normalizedShape, weight, bias, epsilon)");
  op<&crossEntropy>(ops, "crossEntropy(self, target, reduction)");
  op<&mseLoss>(ops, "mseLoss(self, target, reduction)");
}

}  // namespace bornagain
