// BERT encoders and heads as JavaScript objects. Both keep one rule: while a session works on a module, every other use is refused.
#pragma once

#include <memory>
#include <string>

#include "core/bert.h"
#include "core/head.h"
#include "napi_config.h"

namespace bornagain {

// Which session a module is held for, and by how many of its calls. Read and written on the JavaScript thread only: a call takes its
// modules when it is submitted and gives them back when its promise settles.
struct Hold {
  const void* owner = nullptr;
  int calls = 0;
};

template <typename M>
struct HeldModule {
  std::shared_ptr<M> module;
  std::shared_ptr<Hold> hold;
};

// Throw ERR_INVALID_ARGUMENT for anything but a live module of that kind; `argument` names it.
HeldModule<Bert> heldBert(const Napi::Value& value, const std::string& argument);
HeldModule<Head> heldHead(const Napi::Value& value, const std::string& argument);

void registerModules(Napi::Env env, Napi::Object exports);

}  // namespace bornagain
