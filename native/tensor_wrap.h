// Handles on LibTorch tensors. dispose() and the finalizer are one idempotent release; a handle proves its type before it is unwrapped.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "env_data.h"
#include "napi_config.h"

namespace bornagain {

class TensorWrap final : public Napi::ObjectWrap<TensorWrap> {
 public:
  static Napi::Function define(Napi::Env env);

  static Napi::Object wrap(Napi::Env env, const at::Tensor& tensor);

  // Throws ERR_INVALID_ARGUMENT for anything but a tensor handle, ERR_DISPOSED after dispose(); `argument` names it. The reference is
  // valid while the handle lives, which is at least the current native call.
  static at::Tensor& unwrap(const Napi::Value& value, const std::string& argument);

  explicit TensorWrap(const Napi::CallbackInfo& info);
  TensorWrap(const TensorWrap&) = delete;
  TensorWrap& operator=(const TensorWrap&) = delete;
  ~TensorWrap() override { release(); }

 private:
  Napi::Value dtype(const Napi::CallbackInfo& info);
  Napi::Value shape(const Napi::CallbackInfo& info);
  Napi::Value device(const Napi::CallbackInfo& info);
  Napi::Value disposed(const Napi::CallbackInfo& info);
  Napi::Value requiresGrad(const Napi::CallbackInfo& info);
  void setRequiresGrad(const Napi::CallbackInfo& info, const Napi::Value& value);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  at::Tensor& live(const std::string& argument);
  void release();

  at::Tensor tensor_;
  std::shared_ptr<EnvData> data_;
};

// The handle's class; fromData, toData and the grad mode.
void registerTensors(Napi::Env env);
void registerTensorData(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
