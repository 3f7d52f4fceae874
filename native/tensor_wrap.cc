#include "tensor_wrap.h"

#include <vector>

#include "convert.h"
#include "core/error.h"
#include "guard.h"

namespace bornagain {

namespace {

constexpr napi_type_tag kTensorTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f26ULL};

}  // namespace

Napi::Function TensorWrap::define(Napi::Env env) {
  using Descriptor = Napi::PropertyDescriptor;
  using Property = Napi::ClassPropertyDescriptor<TensorWrap>;
  const std::vector<Property> properties{
      Property(Descriptor::Accessor<&TensorWrap::dtype>("dtype")),
      Property(Descriptor::Accessor<&TensorWrap::shape>("shape")),
      Property(Descriptor::Accessor<&TensorWrap::device>("device")),
      Property(Descriptor::Accessor<&TensorWrap::disposed>("disposed")),
      Property(Descriptor::Accessor<&TensorWrap::requiresGrad, &TensorWrap::setRequiresGrad>("requiresGrad")),
      InstanceMethod<&TensorWrap::dispose>("dispose")};
  return DefineClass(env, "NativeTensor", properties);
}

TensorWrap::TensorWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TensorWrap>(info) {
  guard(info.Env(), [&] {
    auto data = EnvData::of(info.Env());
    if (data->wrapping == nullptr) throw Error("ERR_INVALID_ARGUMENT", "a NativeTensor is made by the addon's functions");
    Value().TypeTag(&kTensorTag);
    tensor_ = *data->wrapping;
    data_ = std::move(data);
    data_->addTensor(info.Env(), tensor_);
  });
}

Napi::Object TensorWrap::wrap(Napi::Env env, const at::Tensor& tensor) {
  const auto data = EnvData::of(env);
  data->wrapping = &tensor;
  const auto reset = std::unique_ptr<EnvData, void (*)(EnvData*)>(data.get(), [](EnvData* used) { used->wrapping = nullptr; });
  return data->tensorClass.New({});
}

bool TensorWrap::is(const Napi::Value& value) { return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&kTensorTag); }

TensorWrap& TensorWrap::of(const Napi::Value& value, const std::string& argument) {
  if (!is(value)) throw Error("ERR_INVALID_ARGUMENT", argument + " must be a tensor");
  return *Unwrap(value.As<Napi::Object>());
}

at::Tensor& TensorWrap::unwrap(const Napi::Value& value, const std::string& argument) {
  at::Tensor& tensor = of(value, argument).tensor_;
  if (!tensor.defined()) throw Error("ERR_DISPOSED", argument + " was disposed");
  return tensor;
}

Napi::Value TensorWrap::dtype(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::String::New(info.Env(), dtypeName(unwrap(info.This(), "the receiver").scalar_type())); });
}

Napi::Value TensorWrap::shape(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return fromIntegers(info.Env(), unwrap(info.This(), "the receiver").sizes()); });
}

Napi::Value TensorWrap::device(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::String::New(info.Env(), unwrap(info.This(), "the receiver").device().str()); });
}

Napi::Value TensorWrap::disposed(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::Boolean::New(info.Env(), !of(info.This(), "the receiver").tensor_.defined()); });
}

Napi::Value TensorWrap::requiresGrad(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] { return Napi::Boolean::New(info.Env(), unwrap(info.This(), "the receiver").requires_grad()); });
}

void TensorWrap::setRequiresGrad(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    const at::Tensor& tensor = unwrap(info.This(), "the receiver");
    const bool wanted = toBoolean(info[0], "requiresGrad");
    if (!tensor.is_leaf())
      throw Error("ERR_INVALID_ARGUMENT", "requiresGrad can be set on leaf tensors only, not on an operation's result");
    if (wanted && !tensor.is_floating_point()) {
      throw Error("ERR_INVALID_ARGUMENT",
                  "only tensors of a floating dtype can require a gradient, not " + dtypeName(tensor.scalar_type()));
    }
    tensor.set_requires_grad(wanted);
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
