// Elementwise operations, comparisons and matrix products.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

void registerArithmetic(Napi::Object ops) {
  op<[](const Tensor& a, const Operand& b) { return a.add(b.tensor); }>(ops, "add");
  op<[](const Tensor& a, const Operand& b) { return a.sub(b.tensor); }>(ops, "sub");
  op<[](const Tensor& a, const Operand& b) { return a.mul(b.tensor); }>(ops, "mul");
  op<[](const Tensor& a, const Operand& b) { return a.div(b.tensor); }>(ops, "div");
  op<[](const Tensor& a, const Operand& b) { return a.pow(b.tensor); }>(ops, "pow");
  op<[](const Tensor& a, const Operand& b) { return at::maximum(a, b.tensor.to(a.options())); }>(ops, "maximum");
  op<[](const Tensor& a, const Operand& b) { return at::minimum(a, b.tensor.to(a.options())); }>(ops, "minimum");
  op<[](const Tensor& a) { return a.neg(); }>(ops, "neg");
  op<[](const Tensor& a) { return a.abs(); }>(ops, "abs");
  op<[](const Tensor& a) { return a.exp(); }>(ops, "exp");
  op<[](const Tensor& a) { return a.log(); }>(ops, "log");
  op<[](const Tensor& a) { return a.sqrt(); }>(ops, "sqrt");
  op<[](const Tensor& a) { return a.square(); }>(ops, "square");
  op<[](const Tensor& a, std::optional<double> min, std::optional<double> max) {
    return a.clamp(min ? std::optional<at::Scalar>(*min) : std::nullopt, max ? std::optional<at::Scalar>(*max) : std::nullopt);
  }>(ops, "clamp");
  op<[](const Tensor& a, const Operand& b) { return a.eq(b.tensor); }>(ops, "eq");
  op<[](const Tensor& a, const Operand& b) { return a.ne(b.tensor); }>(ops, "ne");
  op<[](const Tensor& a, const Operand& b) { return a.gt(b.tensor); }>(ops, "gt");
  op<[](const Tensor& a, const Operand& b) { return a.ge(b.tensor); }>(ops, "ge");
  op<[](const Tensor& a, const Operand& b) { return a.lt(b.tensor); }>(ops, "lt");
  op<[](const Tensor& a, const Operand& b) { return a.le(b.tensor); }>(ops, "le");
  op<[](const Tensor& condition, const Operand& a, const Operand& b) { return at::where(condition, a.tensor, b.tensor); }>(ops, "where");
  op<[](const Tensor& a, const Tensor& b) { return a.matmul(b); }>(ops, "matmul");
  op<[](const Tensor& a, const Tensor& b) { return a.bmm(b); }>(ops, "bmm");
}

}  // namespace bornagain
