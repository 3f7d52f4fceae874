// Arithmetic, functions of single values and comparisons.
#include <ATen/ops/gelu.h>
#include <ATen/ops/where.h>

#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Scalar;
using at::Tensor;

namespace {

template <typename Function>
Tensor binary(const Tensor& self, const Operand& other, const Function& function) {
  if (const auto* tensor = std::get_if<Tensor>(&other)) requireBroadcast(self.sizes(), "self", tensor->sizes(), "other");
  return std::visit(function, other);
}

Tensor gelu(const Tensor& self, const std::string& approximate) {
  requireFloating(self, "self");
  if (approximate != "none" && approximate != "tanh") {
    throw Error("ERR_INVALID_ARGUMENT", "approximate must be 'none' or 'tanh', not '" + approximate + "'");
  }
  return at::gelu(self, approximate);
}

Tensor where(const Tensor& condition, const Operand& self, const Operand& other) {
  if (condition.scalar_type() != at::kBool) {
    throw Error("ERR_INVALID_ARGUMENT", "condition must be bool, not " + dtypeName(condition.scalar_type()));
  }
  if (const auto* tensor = std::get_if<Tensor>(&self)) requireBroadcast(condition.sizes(), "condition", tensor->sizes(), "self");
  if (const auto* tensor = std::get_if<Tensor>(&other)) requireBroadcast(condition.sizes(), "condition", tensor->sizes(), "other");
  return std::visit([&](const auto& yes, const auto& no) { return at::where(condition, yes, no); }, self, other);
}

void registerArithmetic(Napi::Object ops) {
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.add(value); }); }>(
      ops, "add(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.sub(value); }); }>(
      ops, "sub(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.mul(value); }); }>(
      ops, "mul(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.div(value); }); }>(
      ops, "div(self, other)");
  op<[](const Tensor& self, const Operand& exponent) {
    return binary(self, exponent, [&](const auto& value) { return self.pow(value); });
  }>(ops, "pow(self, exponent)");
  op<[](const Tensor& self, const Tensor& other) {
    requireBroadcast(self.sizes(), "self", other.sizes(), "other");
    return self.maximum(other);
  }>(ops, "maximum(self, other)");
  op<[](const Tensor& self, const Tensor& other) {
    requireBroadcast(self.sizes(), "self", other.sizes(), "other");
    return self.minimum(other);
  }>(ops, "minimum(self, other)");
}

void registerFunctions(Napi::Object ops) {
  op<[](const Tensor& self) { return self.neg(); }>(ops, "neg(self)");
  op<[](const Tensor& self) { return self.abs(); }>(ops, "abs(self)");
  op<[](const Tensor& self) { return self.exp(); }>(ops, "exp(self)");
  op<[](const Tensor& self) { return self.log(); }>(ops, "log(self)");
  op<[](const Tensor& self) { return self.sqrt(); }>(ops, "sqrt(self)");
  op<[](const Tensor& self) { return self.rsqrt(); }>(ops, "rsqrt(self)");
  op<[](const Tensor& self) { return self.relu(); }>(ops, "relu(self)");
  op<[](const Tensor& self) { return self.tanh(); }>(ops, "tanh(self)");
  op<[](const Tensor& self) { return self.sigmoid(); }>(ops, "sigmoid(self)");
  op<&gelu>(ops, "gelu(self, approximate)");
  op<[](const Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
    if (!min && !max) throw Error("ERR_INVALID_ARGUMENT", "min and max must not both be left out");
    return self.clamp(min, max);
  }>(ops, "clamp(self, min, max)");
}

void registerComparisons(Napi::Object ops) {
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.eq(value); }); }>(
      ops, "eq(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.ne(value); }); }>(
      ops, "ne(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.gt(value); }); }>(
      ops, "gt(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.ge(value); }); }>(
      ops, "ge(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.lt(value); }); }>(
      ops, "lt(self, other)");
  op<[](const Tensor& self, const Operand& other) { return binary(self, other, [&](const auto& value) { return self.le(value); }); }>(
      ops, "le(self, other)");
  op<&where>(ops, "where(condition, self, other)");
}

}  // namespace

void registerElementwise(Napi::Object ops) {
  registerArithmetic(ops);
  registerFunctions(ops);
  registerComparisons(ops);
}

}  // namespace bornagain
