#include "bert_wrap.h"

#include <memory>
#include <string>

#include "batch_convert.h"
#include "options.h"

namespace bornagain {

namespace {

Activation toActivation(const std::string& name) {
  if (name == "gelu") return Activation::kGelu;
  if (name == "gelu_new") return Activation::kGeluTanh;
  if (name == "relu") return Activation::kRelu;
  throw Error("ERR_INVALID_ARGUMENT", "config.activation must be 'gelu', 'gelu_new' or 'relu', not '" + name + "'");
}

BertConfig toBertConfig(const Napi::Value& value) {
  const OptionsReader config(value, "config");
  return {config.integer("vocabSize"),     config.integer("hiddenSize"),       config.integer("layers"),
          config.integer("heads"),         config.integer("intermediateSize"), config.integer("maxPositions"),
          config.integer("typeVocabSize"), config.number("layerNormEpsilon"),  toActivation(config.string("activation")),
          config.number("hiddenDropout"),  config.number("attentionDropout")};
}

class BertWrap final : public ModuleWrap<BertWrap, Bert> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f27ULL};
  static constexpr const char* kKind = "a NativeBert";

  // new Bert(config, device, dtype)
  explicit BertWrap(const Napi::CallbackInfo& info) : ModuleWrap(info) {
    guard(info.Env(), [&] { own(std::make_shared<Bert>(toBertConfig(info[0]), tensorOptions(info[1], info[2]))); });
  }

  static Napi::Function define(Napi::Env env) {
    auto properties = commonProperties();
    properties.push_back(InstanceMethod("forward", &BertWrap::guarded<&BertWrap::forward>));
    return DefineClass(env, "NativeBert", properties);
  }

  Napi::Value forward(const Napi::CallbackInfo& info) {
    // Reading arguments may run JavaScript, which may dispose of the module: it is looked at after them.
    const TokenBatch tokens = toTokenBatch(info[0]);
    const Dropout dropout = toDropout(info[1]);
    const Encoded encoded = use().forward(tokens, dropout);
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("hiddenStates", TensorWrap::wrap(info.Env(), encoded.hiddenStates));
    result.Set("pooled", TensorWrap::wrap(info.Env(), encoded.pooled));
    return result;
  }
};

}  // namespace

HeldModule<Bert> heldBert(const Napi::Value& value, const std::string& argument) { return BertWrap::of(value, argument).held(argument); }

void registerBert(Napi::Env env, Napi::Object exports) { exports.Set("Bert", BertWrap::define(env)); }

}  // namespace bornagain
