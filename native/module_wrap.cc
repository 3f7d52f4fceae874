#include "module_wrap.h"

#include <c10/core/GradMode.h>

#include <string>
#include <utility>
#include <vector>

#include "batch_convert.h"
#include "convert.h"
#include "env_data.h"
#include "guard.h"
#include "options.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

constexpr napi_type_tag kBertTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f27ULL};
constexpr napi_type_tag kHeadTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f28ULL};

at::TensorOptions tensorOptions(const Napi::Value& device, const Napi::Value& dtype) {
  const at::ScalarType scalar = toScalarType(dtype, "dtype");
  if (scalar != at::kFloat && scalar != at::kDouble) throw Error("ERR_INVALID_ARGUMENT", "a module's dtype is 'float32' or 'float64'");
  return at::TensorOptions(scalar).device(toDevice(device, "device"));
}

Activation toActivation(const std::string& name) {
  if (name == "gelu") return Activation::kGelu;
  if (name == "gelu_new") return Activation::kGeluTanh;
  if (name == "relu") return Activation::kRelu;
  throw Error("ERR_INVALID_ARGUMENT", "config.activation must be 'gelu', 'gelu_new' or 'relu', not '" + name + "'");
}

BertConfig toBertConfig(const Napi::Value& value) {
  const OptionsReader config(value, "config");
  return {config.integer("vocabSize"),
          config.integer("hiddenSize"),
          config.integer("layers"),
          config.integer("heads"),
          config.integer("intermediateSize"),
          config.integer("maxPositions"),
          config.integer("typeVocabSize"),
          config.number("layerNormEpsilon"),
          toActivation(config.string("activation")),
          config.number("hiddenDropout"),
          config.number("attentionDropout")};
}

HeadConfig toHeadConfig(const Napi::Value& value) {
  const OptionsReader config(value, "config");
  const std::string kind = config.string("kind");
  if (kind != "classification" && kind != "regression") {
    throw Error("ERR_INVALID_ARGUMENT", "config.kind must be 'classification' or 'regression', not '" + kind + "'");
  }
  const std::string activation = config.string("activation");
  if (activation != "linear" && activation != "sigmoid") {
    throw Error("ERR_INVALID_ARGUMENT", "config.activation must be 'linear' or 'sigmoid', not '" + activation + "'");
  }
  return {config.string("task"), kind == "classification" ? HeadKind::kClassification : HeadKind::kRegression,
          config.integer("outputs"), activation == "sigmoid", config.number("dropout")};
}

int64_t parameterBytes(const Module& module) {
  int64_t bytes = 0;
  for (const auto& parameter : module.parameters()) bytes += static_cast<int64_t>(parameter.tensor.nbytes());
  return bytes;
}

// What both kinds of module do alike. Derived is the ObjectWrap, M the core's module.
template <typename Derived, typename M>
class ModuleWrap : public Napi::ObjectWrap<Derived> {
 public:
  ModuleWrap(const Napi::CallbackInfo& info, const napi_type_tag& tag) : Napi::ObjectWrap<Derived>(info) {
    this->Value().TypeTag(&tag);
  }
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
    data_ = EnvData::of(this->Env());
    ++data_->modulesLive;
    data_->adjustBytes(this->Env(), bytes_);
  }

  // The module, free to use.
  [[nodiscard]] M& use() const {
    M& module = *held("the module").module;
    if (hold_->calls > 0) {
      throw Error("ERR_MODULE_BUSY", "a session is working on this module; await its calls before using the module directly");
    }
    return module;
  }

  static std::vector<Napi::ClassPropertyDescriptor<Derived>> commonProperties() {
    return {Derived::InstanceMethod("parameterNames", &ModuleWrap::template guarded<&ModuleWrap::parameterNames>),
            Derived::InstanceMethod("parameter", &ModuleWrap::template guarded<&ModuleWrap::parameter>),
            Derived::InstanceMethod("setParameter", &ModuleWrap::template guarded<&ModuleWrap::setParameter>),
            Derived::InstanceMethod("dispose", &ModuleWrap::template guarded<&ModuleWrap::dispose>),
            Derived::InstanceAccessor("device", &ModuleWrap::template guarded<&ModuleWrap::device>, nullptr),
            Derived::InstanceAccessor("disposed", &ModuleWrap::template guarded<&ModuleWrap::disposed>, nullptr)};
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
    return TensorWrap::wrap(info.Env(), use().parameter(info[0].ToString().Utf8Value()));
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

class BertWrap final : public ModuleWrap<BertWrap, Bert> {
 public:
  // new Bert(config, device, dtype)
  explicit BertWrap(const Napi::CallbackInfo& info) : ModuleWrap(info, kBertTag) {
    guard(info.Env(), [&] {
      own(std::make_shared<Bert>(toBertConfig(info[0]), tensorOptions(info[1], info[2])));
    });
  }

  static Napi::Function define(Napi::Env env) {
    auto properties = commonProperties();
    properties.push_back(InstanceMethod("forward", &BertWrap::guarded<&BertWrap::forward>));
    return DefineClass(env, "NativeBert", properties);
  }

  Napi::Value forward(const Napi::CallbackInfo& info) {
    const Encoded encoded = use().forward(toTokenBatch(info[0]), toDropout(info[1]));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("hiddenStates", TensorWrap::wrap(info.Env(), encoded.hiddenStates));
    result.Set("pooled", TensorWrap::wrap(info.Env(), encoded.pooled));
    return result;
  }
};

class HeadWrap final : public ModuleWrap<HeadWrap, Head> {
 public:
  // new Head(config, hiddenSize, device, dtype)
  explicit HeadWrap(const Napi::CallbackInfo& info) : ModuleWrap(info, kHeadTag) {
    guard(info.Env(), [&] {
      if (!info[1].IsNumber()) throw Error("ERR_INVALID_ARGUMENT", "hiddenSize must be a number");
      own(std::make_shared<Head>(toHeadConfig(info[0]), info[1].As<Napi::Number>().Int64Value(), tensorOptions(info[2], info[3])));
    });
  }

  static Napi::Function define(Napi::Env env) {
    auto properties = commonProperties();
    properties.push_back(InstanceMethod("forward", &HeadWrap::guarded<&HeadWrap::forward>));
    return DefineClass(env, "NativeHead", properties);
  }

  Napi::Value forward(const Napi::CallbackInfo& info) {
    if (!info[2].IsTypedArray() || info[2].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
      throw Error("ERR_INVALID_ARGUMENT", "rows must be an Int32Array");
    }
    const auto rows = info[2].As<Napi::Int32Array>();
    return TensorWrap::wrap(info.Env(), use().forward(TensorWrap::unwrap(info[0], "pooled"), toDropout(info[1]),
                                                      {rows.Data(), rows.Data() + rows.ElementLength()}));
  }
};

template <typename Wrap>
auto unwrapHeld(const Napi::Value& value, const napi_type_tag& tag, const std::string& argument, const char* kind) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&tag)) {
    throw Error("ERR_INVALID_ARGUMENT", argument + " must be a " + kind);
  }
  return Wrap::Unwrap(value.As<Napi::Object>())->held(argument);
}

// dropoutMask({ key, site, rows, columns, rate, implementation })
Napi::Value dropoutMaskOf(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const OptionsReader arguments(info[0], "mask");
    const auto rows = arguments.typedArray<Napi::Int32Array>("rows", napi_int32_array, "an Int32Array");
    const double rate = arguments.number("rate");
    if (!(rate >= 0 && rate < 1)) throw Error("ERR_INVALID_ARGUMENT", "mask.rate must be at least 0 and below 1");
    const int64_t columns = arguments.integer("columns");
    if (columns < 0) throw Error("ERR_INVALID_ARGUMENT", "mask.columns must not be negative");
    const std::string implementation = arguments.string("implementation");
    if (implementation != "kernel" && implementation != "operations") {
      throw Error("ERR_INVALID_ARGUMENT", "mask.implementation must be 'kernel' or 'operations', not '" + implementation + "'");
    }
    const auto mask = implementation == "kernel" ? &dropoutMask : &dropoutMaskFromOps;
    return TensorWrap::wrap(info.Env(), mask(toDropoutKey(arguments.value("key")), DropoutSite::numbered(arguments.integer("site")),
                                             {rows.Data(), rows.Data() + rows.ElementLength()}, columns, rate, at::kFloat));
  });
}

}  // namespace

HeldModule<Bert> heldBert(const Napi::Value& value, const std::string& argument) {
  return unwrapHeld<BertWrap>(value, kBertTag, argument, "NativeBert");
}

HeldModule<Head> heldHead(const Napi::Value& value, const std::string& argument) {
  return unwrapHeld<HeadWrap>(value, kHeadTag, argument, "NativeHead");
}

void registerModules(Napi::Env env, Napi::Object exports) {
  exports.Set("Bert", BertWrap::define(env));
  exports.Set("Head", HeadWrap::define(env));
  exports.Set("dropoutMask", Napi::Function::New(env, dropoutMaskOf, "dropoutMask"));
}

}  // namespace bornagain
