// Handles on LibTorch tensors. dispose() and the finalizer are one idempotent release.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "env_data.h"
#include "napi_config.h"
#include "tagged_wrap.h"

namespace bornagain {

class TensorWrap final : public TaggedWrap<TensorWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f26ULL};
  static constexpr const char* kKind = "a tensor";

  static Napi::Function define(Napi::Env env);

  static Napi::Object wrap(Napi::Env env, const at::Tensor& tensor);

  // Throws ERR_INVALID_ARGUMENT for anything but a tensor handle, ERR_DISPOSED after dispose(), ERR_MODULE_BUSY for a parameter that a
  // session works on; `argument` names it. The reference is valid until the handle is disposed: copy it where JavaScript may run before it
  // is used.
  static at::Tensor& unwrap(const Napi::Value& value, const std::string& argument);

  // For wrap() alone: called from JavaScript it throws.
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
  void setRequiresGrad(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  at::Tensor& live(const std::string& argument);
  void release();

  at::Tensor tensor_;
  std::shared_ptr<EnvData> data_;
};

void registerTensors(Napi::Env env);
void registerTensorData(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
