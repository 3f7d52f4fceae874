// In-place operations; each returns a new handle on the changed tensor's storage.
#include "op_binding.h"
#include "ops.h"

namespace bornagain {

using at::Tensor;

void registerInPlace(Napi::Object ops) {
  op<[](Tensor a, const Operand& b) { return a.add_(b.tensor); }>(ops, "add_");
  op<[](Tensor a, const Operand& b) { return a.sub_(b.tensor); }>(ops, "sub_");
  op<[](Tensor a, const Operand& b) { return a.mul_(b.tensor); }>(ops, "mul_");
  op<[](Tensor a, const Operand& b) { return a.div_(b.tensor); }>(ops, "div_");
  op<[](Tensor a, const Tensor& source) { return a.copy_(source); }>(ops, "copy_");
  op<[](Tensor a, double value) { return a.fill_(value); }>(ops, "fill_");
  op<[](Tensor a) { return a.zero_(); }>(ops, "zero_");
}

}  // namespace bornagain
