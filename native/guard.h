// The one place where C++ exceptions are caught: whatever is thrown inside becomes a BornAgainError with a code, a short message and the
// caller's JavaScript stack. No C++ frame reaches a user.
#pragma once

#include <exception>

#include "napi_config.h"

namespace bornagain {

// The error as a JavaScript value, for rejecting a promise.
Napi::Value errorValue(Napi::Env env, const std::exception_ptr& thrown);

// Runs `body` and returns what it returns; throws Napi::Error, which node-addon-api hands to JavaScript.
template <typename Body>
auto guard(Napi::Env env, const Body& body) {
  try {
    return body();
  } catch (...) {
    throw Napi::Error(env, errorValue(env, std::current_exception()));
  }
}

// A plain function as a guarded callback: `exports.Set("name", guardedFunction<&name>(env, "name"))`.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
Napi::Function guardedFunction(Napi::Env env, const char* name) {
  return Napi::Function::New(
      env, [](const Napi::CallbackInfo& info) { return guard(info.Env(), [&] { return Function(info); }); }, name);
}

}  // namespace bornagain
