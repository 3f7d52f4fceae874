// What encoders and heads do alike as JavaScript objects: parameters by name, disposal, and one rule: while a session works on a module,
// every other use is refused.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "convert.h"
#include "core/error.h"
#include "core/module.h"
#include "env_data.h"
#include "guard.h"
#include "napi_config.h"
#include "tagged_wrap.h"
#include "tensor_wrap.h"

namespace bornagain {

template <typename M>
struct HeldModule {
  std::shared_ptr<M> module;
  std::shared_ptr<Hold> hold;
};

// Precision and place of a module's parameters.
inline at::TensorOptions tensorOptions(const Napi::Value& device, const Napi::Value& dtype) {
  const at::ScalarType scalar = toScalarType(dtype, "dtype");
  if (scalar != at::kFloat && scalar != at::kDouble) throw Error("ERR_INVALID_ARGUMENT", "a module's dtype is 'float32' or 'float64'");
  return at::TensorOptions(scalar).device(toDevice(device, "device"));
}

inline int64_t parameterBytes(const Module& module) {
  int64_t bytes = 0;
  for (const auto& parameter : module.parameters()) bytes += static_cast<int64_t>(parameter.tensor.nbytes());
  return bytes;
}

// Derived is the ObjectWrap, M the core's module.
template <typename Derived, typename M>
class ModuleWrap : public TaggedWrap<Derived> {
 public:
  explicit ModuleWrap(const Napi::CallbackInfo& info) : TaggedWrap<Derived>(info) {}
  ModuleWrap(const ModuleWrap&) = delete;
  ModuleWrap& operator=(const ModuleWrap&) = delete;
  ~ModuleWrap() override { release(); }

  [[nodiscard]] HeldModule<M> held(const std::string& argument) const {
    if (!module_) throw Error("ERR_DISPOSED", argument + " was disposed");
    return {module_, hold_};
  }

 protected:
  void own(std::shared_ptr<M> module) {
    module_ = std::move(module);
    bytes_ = parameterBytes(*module_);
    for (const auto& parameter : module_->parameters()) hold_->storages.insert(parameter.tensor.storage().unsafeGetStorageImpl());
    data_ = EnvData::of(this->Env());
    ++data_->modulesLive;
    data_->adjustBytes(this->Env(), bytes_);
  }

  // The module, free to use, its parameters up to date.
  [[nodiscard]] M& use() const {
    M& module = *held("the module").module;
    hold_->requireFree("a session is working on this module; await its calls before using the module directly");
    module.settle();
    return module;
  }

  static std::vector<Napi::ClassPropertyDescriptor<Derived>> commonProperties() {
    return {Derived::InstanceMethod("parameterNames", &ModuleWrap::template guarded<&ModuleWrap::parameterNames>),
            Derived::InstanceMethod("parameter", &ModuleWrap::template guarded<&ModuleWrap::parameter>),
            Derived::InstanceMethod("setParameter", &ModuleWrap::template guarded<&ModuleWrap::setParameter>),
            Derived::InstanceMethod("dispose", &ModuleWrap::template guarded<&ModuleWrap::dispose>),
            TaggedWrap<Derived>::template accessor<&ModuleWrap::device>("device"),
            TaggedWrap<Derived>::template accessor<&ModuleWrap::disposed>("disposed")};
  }

 public:
  template <auto Method>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    return guard(info.Env(), [&] { return (static_cast<Derived*>(this)->*Method)(info); });
  }

  Napi::Value parameterNames(const Napi::CallbackInfo& info) {
    const auto& parameters = held("the module").module->parameters();
    Napi::Array names = Napi::Array::New(info.Env(), parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) names.Set(static_cast<uint32_t>(i), parameters[i].name);
    return names;
  }

  Napi::Value parameter(const Napi::CallbackInfo& info) {
    // Making a string of it may run JavaScript: first that, then the module.
    const std::string name = info[0].ToString().Utf8Value();
    return TensorWrap::wrap(info.Env(), use().parameter(name));
  }

  Napi::Value setParameter(const Napi::CallbackInfo& info) {
    const std::string name = info[0].ToString().Utf8Value();
    const at::Tensor& target = use().parameter(name);
    if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
      throw Error("ERR_INVALID_ARGUMENT", "data must be a Float32Array");
    }
    const auto data = info[1].As<Napi::Float32Array>();
    if (static_cast<int64_t>(data.ElementLength()) != target.numel()) {
      throw Error("ERR_INVALID_ARGUMENT", "parameter '" + name + "' has " + std::to_string(target.numel()) + " values, data has " +
                                              std::to_string(data.ElementLength()));
    }
    const c10::NoGradGuard noGrad;
    // copy_ only reads from the blob.
    target.detach().copy_(at::from_blob(const_cast<float*>(data.Data()), target.sizes(), at::kFloat));
    return info.Env().Undefined();
  }

  Napi::Value device(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), held("the module").module->options().device().str());
  }

  Napi::Value disposed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), module_ == nullptr); }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    if (module_) static_cast<void>(use());
    release();
    return info.Env().Undefined();
  }

 private:
  // The one release of dispose() and the finalizer.
  void release() {
    if (!module_) return;
    module_.reset();
    --data_->modulesLive;
    data_->adjustBytes(this->Env(), -bytes_);
  }

  std::shared_ptr<M> module_;
  std::shared_ptr<Hold> hold_ = std::make_shared<Hold>();
  std::shared_ptr<EnvData> data_;
  int64_t bytes_ = 0;
};

}  // namespace bornagain
