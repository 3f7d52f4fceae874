#include "session_convert.h"

#include <string>
#include <utility>
#include <vector>

#include "options.h"
#include "typed_array.h"

namespace bornagain {

namespace {

std::vector<std::vector<float>> toVectors(const Napi::Array& arrays, const std::string& where) {
  std::vector<std::vector<float>> vectors;
  for (uint32_t i = 0; i < arrays.Length(); ++i) {
    const Napi::Value value = arrays.Get(i);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
      throw Error("ERR_INVALID_ARGUMENT", where + "[" + std::to_string(i) + "] must be a Float32Array");
    }
    const auto array = value.As<Napi::Float32Array>();
    vectors.emplace_back(array.Data(), array.Data() + array.ElementLength());
  }
  return vectors;
}

Napi::Array fromVectors(Napi::Env env, std::vector<std::vector<float>>& vectors) {
  Napi::Array arrays = Napi::Array::New(env, vectors.size());
  for (size_t i = 0; i < vectors.size(); ++i) arrays.Set(static_cast<uint32_t>(i), float32Array(env, std::move(vectors[i])));
  return arrays;
}

}  // namespace

SessionState toState(const Napi::Value& value) {
  const OptionsReader state(value, "state");
  const int64_t steps = state.integer("steps");
  if (steps < 0) throw Error("ERR_CHECKPOINT", "state.steps must not be negative");
  return {steps, toVectors(state.array("parameters"), "state.parameters"), toVectors(state.array("firstMoments"), "state.firstMoments"),
          toVectors(state.array("secondMoments"), "state.secondMoments")};
}

Napi::Object fromState(Napi::Env env, SessionState& state) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("steps", static_cast<double>(state.steps));
  result.Set("parameters", fromVectors(env, state.parameters));
  result.Set("firstMoments", fromVectors(env, state.firstMoments));
  result.Set("secondMoments", fromVectors(env, state.secondMoments));
  return result;
}

Napi::Object fromOutcome(Napi::Env env, TimedOutcome& timed) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("step", static_cast<double>(timed.steps));
  result.Set("loss", timed.outcome.loss);
  result.Set("losses", float32Array(env, std::move(timed.outcome.losses)));
  result.Set("gradientNorm", timed.outcome.gradientNorm);
  result.Set("updated", timed.outcome.updated);
  result.Set("seconds", timed.seconds);
  return result;
}

}  // namespace bornagain
