// Copies and gradients.
#include <cmath>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

double item(const Tensor& self) {
  if (self.numel() != 1) throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " must have one value");
  constexpr double kMaxSafe = 9007199254740991.0;
  const double value = self.item().toDouble();
  if (self.scalar_type() == at::kLong && std::abs(value) > kMaxSafe) {
    throw Error("ERR_INVALID_ARGUMENT", "the int64 value is beyond what a number holds exactly; read it with data()");
  }
  return value;
}

void backward(const Differentiated& result, const std::optional<Tensor>& gradient, bool retainGraph) {
  const Tensor& self = result.tensor;
  if (!self.requires_grad()) throw Error("ERR_INVALID_ARGUMENT", "self does not come from anything that requires a gradient");
  if (gradient) {
    requireSameShape(*gradient, "gradient", self, "self");
    requireSameDtype(*gradient, "gradient", self, "self");
  } else if (self.numel() != 1) {
    throw Error("ERR_INVALID_ARGUMENT", "self " + shapeText(self.sizes()) + " has more than one value, so it needs a gradient");
  }
  self.backward(gradient.value_or(Tensor()), retainGraph);
}

}  // namespace

void registerAutograd(Napi::Object ops) {
  op<[](const Tensor& self, const std::optional<at::ScalarType>& dtype, const std::optional<at::Device>& device) {
    return self.to(at::TensorOptions(dtype.value_or(self.scalar_type())).device(device.value_or(self.device())));
  }>(ops, "to(self, dtype, device)");
  op<[](const Tensor& self) { return self.clone(); }>(ops, "clone(self)");
  op<[](const Tensor& self) { return self.detach(); }>(ops, "detach(self)");
  op<&item>(ops, "item(self)");
  op<&backward>(ops, "backward(self, gradient, retainGraph)");
  op<[](const Tensor& self) { return self.is_leaf() ? self.grad() : Tensor(); }>(ops, "grad(self)");
  op<[](const Tensor& self) {
    if (self.is_leaf()) self.mutable_grad().reset();
  }>(ops, "zeroGrad(self)");
}

}  // namespace bornagain
