#include "tensor_wrap.h"

#include <memory>
#include <utility>
#include <vector>

#include "convert.h"
#include "core/error.h"
#include "guard.h"

namespace bornagain {

Napi::Function TensorWrap::define(Napi::Env env) {
  const std::vector<Property> properties{accessor<&TensorWrap::dtype>("dtype"),
                                         accessor<&TensorWrap::shape>("shape"),
                                         accessor<&TensorWrap::device>("device"),
                                         accessor<&TensorWrap::disposed>("disposed"),
                                         accessor<&TensorWrap::requiresGrad, &TensorWrap::setRequiresGrad>("requiresGrad"),
                                         InstanceMethod<&TensorWrap::dispose>("dispose")};
  return DefineClass(env, "NativeTensor", properties);
}

TensorWrap::TensorWrap(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  guard(info.Env(), [&] {
    auto data = EnvData::of(info.Env());
    if (data->wrapping == nullptr) throw Error("ERR_INVALID_ARGUMENT", "a NativeTensor is made by the addon's functions");
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

at::Tensor& TensorWrap::unwrap(const Napi::Value& value, const std::string& argument) { return of(value, argument).live(argument); }

at::Tensor& TensorWrap::live(const std::string& argument) {
  if (!tensor_.defined()) throw Error("ERR_DISPOSED", argument + " was disposed");
  data_->requireFree(tensor_);
  return tensor_;
}

Napi::Value TensorWrap::dtype(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), dtypeName(live("the tensor").scalar_type()));
}

Napi::Value TensorWrap::shape(const Napi::CallbackInfo& info) { return fromIntegers(info.Env(), live("the tensor").sizes()); }

Napi::Value TensorWrap::device(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), live("the tensor").device().str()); }

Napi::Value TensorWrap::disposed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), !tensor_.defined()); }

Napi::Value TensorWrap::requiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), live("the tensor").requires_grad());
}

void TensorWrap::setRequiresGrad(const Napi::CallbackInfo& info) {
  const at::Tensor& tensor = live("the tensor");
  const bool wanted = toBoolean(info[0], "requiresGrad");
  if (!tensor.is_leaf()) throw Error("ERR_INVALID_ARGUMENT", "requiresGrad can be set on leaf tensors only, not on an operation's result");
  if (wanted && !tensor.is_floating_point()) {
    throw Error("ERR_INVALID_ARGUMENT", "only tensors of a floating dtype can require a gradient, not " + dtypeName(tensor.scalar_type()));
  }
  tensor.set_requires_grad(wanted);
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
