// Optimizer options of the typed surface to the core's.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/adamw.h"
#include "options.h"

namespace bornagain {

inline AdamWOptions toAdamWOptions(const Napi::Value& value) {
  const OptionsReader options(value, "optimizer");
  return {options.number("beta1"), options.number("beta2"), options.number("epsilon"), options.boolean("biasCorrection"),
          options.number("clipNorm")};
}

inline double toLearningRate(const Napi::Value& value) {
  const double rate = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(rate >= 0) || !std::isfinite(rate)) throw Error("ERR_INVALID_ARGUMENT", "learningRate must be a finite number, not negative");
  return rate;
}

inline std::vector<ParameterOptions> toParameterOptions(const Napi::Value& value) {
  if (!value.IsArray()) throw Error("ERR_INVALID_ARGUMENT", "parameterOptions must be an array");
  const auto array = value.As<Napi::Array>();
  std::vector<ParameterOptions> options;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const OptionsReader entry(array.Get(i), "parameterOptions[" + std::to_string(i) + "]");
    options.push_back({entry.number("learningRateScale"), entry.number("weightDecay")});
  }
  return options;
}

}  // namespace bornagain
