// What every module has: parameters under their Hugging Face names, in one canonical order.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>

#include <mutex>
#include <string>
#include <vector>

namespace bornagain {

struct NamedParameter {
  std::string name;
  at::Tensor tensor;  // a leaf that requires grad
};

// Lets a long computation stop at the next layer. `check` throws ERR_CANCELLED when it should.
class Interrupt {
 public:
  Interrupt() = default;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  virtual ~Interrupt() = default;
  virtual void check() const = 0;
};

// Updates of a module's parameters that an engine has put off.
class DeferredUpdates {
 public:
  DeferredUpdates() = default;
  DeferredUpdates(const DeferredUpdates&) = delete;
  DeferredUpdates& operator=(const DeferredUpdates&) = delete;
  virtual ~DeferredUpdates() = default;
  // Brings the parameters up to date, on the caller's thread. Called by Module alone, not while the engine works.
  virtual void settle() = 0;
};

class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  [[nodiscard]] const std::vector<NamedParameter>& parameters() const { return parameters_; }
  // Throws ERR_INVALID_ARGUMENT for a name the module does not have.
  [[nodiscard]] const at::Tensor& parameter(const std::string& name) const;
  // Whoever reads or writes parameters, and is not the engine that defers their updates, settles first. Threads may do so at once: a
  // session is closed on JavaScript's, while another one begins a step on its own.
  void settle() { settle(nullptr); }
  // What another engine than `own` has put off.
  void settleOthers(const DeferredUpdates& own) { settle(&own); }
  // What `own` has put off; nothing where another one has settled it already.
  void settleOwn(const DeferredUpdates& own);
  // `updates` are put off until somebody settles. Only after settleOthers.
  void defer(DeferredUpdates& updates);

  [[nodiscard]] at::TensorOptions options() const { return parameters_.front().tensor.options(); }

 protected:
  // Adds a parameter of ones (norm weights) or zeros: a module is loaded or initialised before it is used.
  at::Tensor add(const std::string& name, at::IntArrayRef shape, const at::TensorOptions& options, double value = 0);

 private:
  void settle(const DeferredUpdates* butNot);

  std::vector<NamedParameter> parameters_;
  std::mutex deferring_;
  DeferredUpdates* deferred_ = nullptr;  // null: nothing is put off
};

struct Linear {
  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct LayerNorm {
  at::Tensor weight;  // [h]
  at::Tensor bias;    // [h]
  double epsilon = 0;
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const { return at::layer_norm(x, weight.sizes(), weight, bias, epsilon); }
};

}  // namespace bornagain
