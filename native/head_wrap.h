// Task heads as JavaScript objects.
#pragma once

#include <string>

#include "core/head.h"
#include "module_wrap.h"

namespace bornagain {

// Throws ERR_INVALID_ARGUMENT for anything but a live head; `argument` names it.
HeldModule<Head> heldHead(const Napi::Value& value, const std::string& argument);

void registerHead(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
