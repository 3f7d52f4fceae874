// The dropout masks by themselves, for tests and for training scripts that want the model's generator.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerDropout(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
