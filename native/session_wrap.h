// Training sessions as JavaScript objects: every call a promise, all computing on the session's own thread.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerSessions(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
