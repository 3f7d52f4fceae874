// The rate of matrix products, for benchmarks.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerGemmRate(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
