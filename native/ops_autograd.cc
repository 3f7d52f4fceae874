// Gradients: backward, grad, detach.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

void registerAutograd(Napi::Object ops) {
  op<[](const Tensor& a, std::optional<Tensor> gradient) {
    if (!a.requires_grad()) throw Error("ERR_INVALID_ARGUMENT", "backward: the tensor does not depend on anything that requires a gradient");
    if (!gradient && a.numel() != 1) {
      throw Error("ERR_INVALID_ARGUMENT", "backward: a tensor of " + std::to_string(a.numel()) + " values needs a gradient argument");
    }
    a.backward(gradient.value_or(Tensor()));
  }>(ops, "backward");
  op<[](const Tensor& a) { return a.is_leaf() ? a.grad() : Tensor(); }>(ops, "grad");
  op<[](Tensor a) { a.mutable_grad().reset(); }>(ops, "zeroGrad");
  op<[](const Tensor& a) { return a.detach(); }>(ops, "detach");
  op<[](const Tensor& a) { return a.clone(); }>(ops, "clone");
  op<[](const Tensor& a) {
    if (a.numel() != 1) throw Error("ERR_INVALID_ARGUMENT", "item: the tensor has " + std::to_string(a.numel()) + " values, not one");
    return a.item<double>();
  }>(ops, "item");
}

}  // namespace bornagain
