#include "tensor_wrap.h"

#include "convert.h"
#include "core/error.h"
#include "guard.h"

namespace bornagain {

namespace {

constexpr napi_type_tag kTensorTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f26ULL};

}  // namespace

Napi::Function TensorWrap::define(Napi::Env env) {
  return DefineClass(env, "NativeTensor",
                     {InstanceAccessor("dtype", &TensorWrap::dtype, nullptr), InstanceAccessor("shape", &TensorWrap::shape, nullptr),
                      InstanceAccessor("device", &TensorWrap::device, nullptr),
                      InstanceAccessor("disposed", &TensorWrap::disposed, nullptr),
                      InstanceAccessor("requiresGrad", &TensorWrap::requiresGrad, &TensorWrap::setRequiresGrad),
                      InstanceMethod("dispose", &TensorWrap::dispose)});
}

// Constructed by wrap() only, with the tensor behind an External.
TensorWrap::TensorWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TensorWrap>(info) {
  guard(info.Env(), [&] {
    if (!info[0].IsExternal()) throw Error("ERR_INVALID_ARGUMENT", "a NativeTensor is made by the addon's functions");
    Value().TypeTag(&kTensorTag);
    tensor_ = *info[0].As<Napi::External<at::Tensor>>().Data();
    data_ = EnvData::of(info.Env());
    data_->addTensor(info.Env(), tensor_);
  });
}

Napi::Object TensorWrap::wrap(Napi::Env env, const at::Tensor& tensor) {
  // The constructor copies the handle before this call returns.
  return EnvData::of(env)->tensorClass.New({Napi::External<at::Tensor>::New(env, const_cast<at::Tensor*>(&tensor))});
}

at::Tensor& TensorWrap::unwrap(const Napi::Value& value, const std::string& argument) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTensorTag)) {
    throw Error("ERR_INVALID_ARGUMENT", argument + " must be a tensor");
  }
  return Unwrap(value.As<Napi::Object>())->live(argument);
}

at::Tensor& TensorWrap::live(const std::string& argument) {
  if (!tensor_.defined()) throw Error("ERR_DISPOSED", argument + " was disposed");
  return tensor_;
}

Napi::Value TensorWrap::dtype(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::String::New(info.Env(), dtypeName(live("the tensor").scalar_type())); });
}

Napi::Value TensorWrap::shape(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return fromIntegers(info.Env(), live("the tensor").sizes()); });
}

Napi::Value TensorWrap::device(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::String::New(info.Env(), live("the tensor").device().str()); });
}

Napi::Value TensorWrap::disposed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), !tensor_.defined()); }

Napi::Value TensorWrap::requiresGrad(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::Boolean::New(info.Env(), live("the tensor").requires_grad()); });
}

void TensorWrap::setRequiresGrad(const Napi::CallbackInfo& info, const Napi::Value& value) {
  guard(info.Env(), [&] {
    at::Tensor& tensor = live("the tensor");
    if (!tensor.is_leaf()) throw Error("ERR_INVALID_ARGUMENT", "requiresGrad can be set on leaf tensors only, not on an operation's result");
    if (!tensor.is_floating_point()) throw Error("ERR_INVALID_ARGUMENT", "only floating-point tensors can require a gradient");
    tensor.set_requires_grad(toBoolean(value, "requiresGrad"));
  });
}

Napi::Value TensorWrap::dispose(const Napi::CallbackInfo& info) {
  release();
  return info.Env().Undefined();
}

void TensorWrap::release() {
  if (!tensor_.defined()) return;
  data_->removeTensor(Env(), tensor_);
  tensor_.reset();
}

void registerTensors(Napi::Env env) {
  EnvData::of(env)->tensorClass = Napi::Persistent(TensorWrap::define(env));
  EnvData::of(env)->tensorClass.SuppressDestruct();
}

}  // namespace bornagain
