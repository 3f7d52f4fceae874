// BERT encoders as JavaScript objects.
#pragma once

#include <string>

#include "core/bert.h"
#include "module_wrap.h"

namespace bornagain {

// Throws ERR_INVALID_ARGUMENT for anything but a live encoder; `argument` names it.
HeldModule<Bert> heldBert(const Napi::Value& value, const std::string& argument);

void registerBert(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
