// AdamW on the tensor floor, for people's own training loops.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerOptimizers(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
