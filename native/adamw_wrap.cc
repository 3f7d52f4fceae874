#include "adamw_wrap.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/adamw.h"
#include "env_data.h"
#include "guard.h"
#include "optimizer_convert.h"
#include "tagged_wrap.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

class AdamWWrap final : public TaggedWrap<AdamWWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f29ULL};
  static constexpr const char* kKind = "a NativeAdamW";

  // new AdamW(parameters, parameterOptions, options)
  explicit AdamWWrap(const Napi::CallbackInfo& info) : TaggedWrap(info) {
    guard(info.Env(), [&] {
      if (!info[0].IsArray()) throw Error("ERR_INVALID_ARGUMENT", "parameters must be an array of tensors");
      const auto array = info[0].As<Napi::Array>();
      std::vector<at::Tensor> parameters;
      for (uint32_t i = 0; i < array.Length(); ++i) {
        parameters.push_back(TensorWrap::unwrap(array.Get(i), ("parameters[" + std::to_string(i) + "]").c_str()));
      }
      optimizer_ = std::make_unique<AdamW>(parameters, toParameterOptions(info[1]), toAdamWOptions(info[2]));
    });
  }

  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeAdamW",
        {InstanceMethod("step", &AdamWWrap::step), accessor<&AdamWWrap::steps>("steps"), InstanceMethod("dispose", &AdamWWrap::dispose)});
  }

 private:
  Napi::Value step(const Napi::CallbackInfo& info) {
    return guard(info.Env(), [&]() -> Napi::Value {
      const double rate = toLearningRate(info[0]);
      const auto data = EnvData::of(info.Env());
      for (const auto& parameter : live().parameters()) data->requireFree(parameter.tensor);
      const double norm = live().gradientNorm();
      if (std::isfinite(norm)) live().step(rate, norm);
      return Napi::Number::New(info.Env(), norm);
    });
  }

  Napi::Value steps(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(live().steps())); }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    optimizer_.reset();
    return info.Env().Undefined();
  }

  AdamW& live() {
    if (!optimizer_) throw Error("ERR_DISPOSED", "the optimizer was disposed");
    return *optimizer_;
  }

  std::unique_ptr<AdamW> optimizer_;
};

}  // namespace

void registerOptimizers(Napi::Env env, Napi::Object exports) { exports.Set("AdamW", AdamWWrap::define(env)); }

}  // namespace bornagain
