// The one place where C++ exceptions become JavaScript errors: whatever is thrown inside becomes a BornAgainError with a code, a short
// message and the caller's JavaScript stack. No C++ frame reaches a user.
#pragma once

#include <exception>
#include <string_view>

#include "napi_config.h"

namespace bornagain {

// The error as a JavaScript value, for rejecting a promise. `context` goes before the message.
Napi::Value errorValue(Napi::Env env, const std::exception_ptr& thrown, std::string_view context = {});

// Runs `body` and returns what it returns; throws Napi::Error, which node-addon-api hands to JavaScript.
template <typename Body>
auto guard(Napi::Env env, const Body& body, std::string_view context = {}) {
  try {
    return body();
  } catch (...) {
    throw Napi::Error(env, errorValue(env, std::current_exception(), context));
  }
}

// A plain function as a guarded callback, whose errors begin with its name: `exports.Set("name", guardedFunction<&name>(env, "name"))`.
// `name` is a literal.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
Napi::Function guardedFunction(Napi::Env env, const char* name) {
  const auto call = [](const Napi::CallbackInfo& info) {
    return guard(info.Env(), [&] { return Function(info); }, static_cast<const char*>(info.Data()));
  };
  return Napi::Function::New(env, call, name, const_cast<char*>(name));
}

}  // namespace bornagain
