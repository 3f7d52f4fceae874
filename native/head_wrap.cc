#include "head_wrap.h"

#include <memory>
#include <string>
#include <vector>

#include "batch_convert.h"
#include "options.h"

namespace bornagain {

namespace {

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
  return {config.string("task"), kind == "classification" ? HeadKind::kClassification : HeadKind::kRegression, config.integer("outputs"),
          activation == "sigmoid", config.number("dropout")};
}

class HeadWrap final : public ModuleWrap<HeadWrap, Head> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f28ULL};
  static constexpr const char* kKind = "a NativeHead";

  // new Head(config, hiddenSize, device, dtype)
  explicit HeadWrap(const Napi::CallbackInfo& info) : ModuleWrap(info) {
    guard(info.Env(),
          [&] { own(std::make_shared<Head>(toHeadConfig(info[0]), toInteger(info[1], "hiddenSize"), tensorOptions(info[2], info[3]))); });
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
    // Reading the dropout may run JavaScript, which may dispose of what the other arguments hold: they are looked at after it.
    const Dropout dropout = toDropout(info[1]);
    const auto given = info[2].As<Napi::Int32Array>();
    const std::vector<int64_t> rows(given.Data(), given.Data() + given.ElementLength());
    return TensorWrap::wrap(info.Env(), use().forward(TensorWrap::unwrap(info[0], "pooled"), dropout, rows));
  }
};

}  // namespace

HeldModule<Head> heldHead(const Napi::Value& value, const std::string& argument) { return HeadWrap::of(value, argument).held(argument); }

void registerHead(Napi::Env env, Napi::Object exports) { exports.Set("Head", HeadWrap::define(env)); }

}  // namespace bornagain
