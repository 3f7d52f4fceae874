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

  static bool is(const Napi::Value& value);

  // Throws ERR_INVALID_ARGUMENT for anything but a tensor handle, ERR_DISPOSED after dispose(); `argument` names it. The reference is
  // valid until the handle is disposed: copy it where JavaScript may run before it is used.
  static at::Tensor& unwrap(const Napi::Value& value, const std::string& argument);

  explicit TensorWrap(const Napi::CallbackInfo& info);
  TensorWrap(const TensorWrap&) = delete;
  TensorWrap& operator=(const TensorWrap&) = delete;
  ~TensorWrap() override { release(); }

 private:
  static TensorWrap& of(const Napi::Value& value, const std::string& argument);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  void release();

  // Static, and over `of`: node-addon-api's own accessors take the receiver's class for granted.
  static Napi::Value dtype(const Napi::CallbackInfo& info);
  static Napi::Value shape(const Napi::CallbackInfo& info);
  static Napi::Value device(const Napi::CallbackInfo& info);
  static Napi::Value disposed(const Napi::CallbackInfo& info);
  static Napi::Value requiresGrad(const Napi::CallbackInfo& info);
  static void setRequiresGrad(const Napi::CallbackInfo& info);

  at::Tensor tensor_;
  std::shared_ptr<EnvData> data_;
};

void registerTensors(Napi::Env env);
void registerTensorData(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
