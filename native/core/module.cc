#include "core/module.h"

#include <ATen/ops/full.h>

#include <utility>

#include "core/error.h"

namespace bornagain {

const at::Tensor& Module::parameter(const std::string& name) const {
  for (const auto& entry : parameters_) {
    if (entry.name == name) return entry.tensor;
  }
  throw Error("ERR_INVALID_ARGUMENT", "the module has no parameter '" + name + "'");
}

void Module::settle(const DeferredUpdates* butNot) {
  const std::scoped_lock lock(deferring_);
  if (deferred_ != nullptr && deferred_ != butNot) std::exchange(deferred_, nullptr)->settle();
}

void Module::settleOwn(const DeferredUpdates& own) {
  const std::scoped_lock lock(deferring_);
  if (deferred_ == &own) std::exchange(deferred_, nullptr)->settle();
}

void Module::defer(DeferredUpdates& updates) {
  const std::scoped_lock lock(deferring_);
  deferred_ = &updates;
}

at::Tensor Module::add(const std::string& name, at::IntArrayRef shape, const at::TensorOptions& options, double value) {
  at::Tensor tensor = at::full(shape, value, options);
  tensor.set_requires_grad(true);
  parameters_.push_back({name, tensor});
  return tensor;
}

}  // namespace bornagain
