// Operations that change their first argument. What broadcasts is the other side: a tensor keeps its shape.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

namespace {

template <typename Function>
void change(const Tensor& self, const Operand& other, const Function& function) {
  if (const auto* tensor = std::get_if<Tensor>(&other)) requireExpandable(tensor->sizes(), "other", self.sizes(), "self");
  std::visit(function, other);
}

}  // namespace

void registerInPlace(Napi::Object ops) {
  op<[](const Tensor& self, const Operand& other) { change(self, other, [&](const auto& value) { self.add_(value); }); }>(
      ops, "add_(self, other)");
  op<[](const Tensor& self, const Operand& other) { change(self, other, [&](const auto& value) { self.sub_(value); }); }>(
      ops, "sub_(self, other)");
  op<[](const Tensor& self, const Operand& other) { change(self, other, [&](const auto& value) { self.mul_(value); }); }>(
      ops, "mul_(self, other)");
  op<[](const Tensor& self, const Operand& other) { change(self, other, [&](const auto& value) { self.div_(value); }); }>(
      ops, "div_(self, other)");
  op<[](const Tensor& self, const Tensor& source) {
    requireExpandable(source.sizes(), "source", self.sizes(), "self");
    self.copy_(source);
  },
     Devices::kAny>(ops, "copy_(self, source)");
  op<[](const Tensor& self, double value) { self.fill_(requireValue(value, "value", self.scalar_type())); }>(ops, "fill_(self, value)");
  op<[](const Tensor& self) { self.zero_(); }>(ops, "zero_(self)");
}

}  // namespace bornagain
