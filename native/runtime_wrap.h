// What the addon knows of its runtime and of its own memory.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerRuntime(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
