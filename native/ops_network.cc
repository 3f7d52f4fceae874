// What networks are made of: activations, norms, linear layers, losses.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

int64_t toReduction(const std::string& operation, const std::string& name) {
  if (name == "none") return at::Reduction::None;
  if (name == "mean") return at::Reduction::Mean;
  if (name == "sum") return at::Reduction::Sum;
  throw Error("ERR_INVALID_ARGUMENT", operation + ": reduction must be 'none', 'mean' or 'sum', not '" + name + "'");
}

// Targets [n, classes] are distributions, targets [n] of an integer dtype are class indices.
Tensor crossEntropy(const Tensor& logits, const Tensor& targets, const std::string& reduction) {
  if (logits.dim() != 2) throw Error("ERR_INVALID_ARGUMENT", "crossEntropy: the logits must have shape [n, classes]");
  const bool distributions = targets.is_floating_point();
  if (distributions && targets.sizes() != logits.sizes()) {
    throw Error("ERR_INVALID_ARGUMENT", "crossEntropy: target distributions must have the logits' shape");
  }
  if (!distributions && (targets.dim() != 1 || targets.size(0) != logits.size(0))) {
    throw Error("ERR_INVALID_ARGUMENT", "crossEntropy: target class indices must have shape [n]");
  }
  if (!distributions && targets.numel() > 0 && (targets.min().item<int64_t>() < 0 || targets.max().item<int64_t>() >= logits.size(1))) {
    throw Error("ERR_INVALID_ARGUMENT", "crossEntropy: a target class is outside 0 to " + std::to_string(logits.size(1) - 1));
  }
  return at::cross_entropy_loss(logits, distributions ? targets : targets.to(at::kLong), {}, toReduction("crossEntropy", reduction));
}

}  // namespace

void registerNetworkOps(Napi::Object ops) {
  op<[](const Tensor& a, int64_t dim) { return a.softmax(dim); }>(ops, "softmax");
  op<[](const Tensor& a, int64_t dim) { return a.log_softmax(dim); }>(ops, "logSoftmax");
  op<[](const Tensor& a, std::string approximate) { return at::gelu(a, approximate); }>(ops, "gelu");
  op<[](const Tensor& a) { return a.relu(); }>(ops, "relu");
  op<[](const Tensor& a) { return a.tanh(); }>(ops, "tanh");
  op<[](const Tensor& a) { return a.sigmoid(); }>(ops, "sigmoid");
  op<[](const Tensor& a, std::vector<int64_t> shape, std::optional<Tensor> weight, std::optional<Tensor> bias, double epsilon) {
    return at::layer_norm(a, shape, weight, bias, epsilon);
  }>(ops, "layerNorm");
  op<[](const Tensor& a, const Tensor& weight, std::optional<Tensor> bias) { return at::linear(a, weight, bias); }>(ops, "linear");
  op<[](const Tensor& logits, const Tensor& targets, std::string reduction) { return crossEntropy(logits, targets, reduction); }>(
      ops, "crossEntropy");
  op<[](const Tensor& a, const Tensor& target, std::string reduction) {
    if (a.sizes() != target.sizes()) throw Error("ERR_INVALID_ARGUMENT", "mseLoss: input and target must have the same shape");
    return at::mse_loss(a, target, toReduction("mseLoss", reduction));
  }>(ops, "mseLoss");
}

}  // namespace bornagain
