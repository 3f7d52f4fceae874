// Brings what another thread finished back to the JavaScript thread. It keeps the event loop alive only while something is awaited, and it
// outlives neither its owner nor the environment: what arrives after either is dropped.
#pragma once

#include <functional>
#include <memory>

#include "napi_config.h"

namespace bornagain {

class CompletionQueue {
 public:
  using Completion = std::function<void(Napi::Env)>;

  CompletionQueue(Napi::Env env, const char* name)
      : function_(Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), name, 0, 1)) {
    function_.Unref(env);
  }
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;
  ~CompletionQueue() { function_.Abort(); }

  // On the JavaScript thread, once for each completion that will be posted.
  void expect(Napi::Env env) {
    if (awaited_++ == 0) function_.Ref(env);
  }
  // On the JavaScript thread, by each completion.
  void arrived(Napi::Env env) {
    if (--awaited_ == 0) function_.Unref(env);
  }
  [[nodiscard]] int awaited() const { return awaited_; }

  // From any thread. The completion runs on the JavaScript thread.
  void post(Completion completion) {
    auto boxed = std::make_unique<Completion>(std::move(completion));
    const auto call = [](Napi::Env env, const Napi::Function&, Completion* raw) {
      const std::unique_ptr<Completion> owned(raw);
      // No environment: it is shutting down, and nobody is left to tell.
      if (static_cast<napi_env>(env) != nullptr) (*owned)(env);
    };
    if (function_.NonBlockingCall(boxed.get(), call) == napi_ok) static_cast<void>(boxed.release());
  }

 private:
  Napi::ThreadSafeFunction function_;
  int awaited_ = 0;
};

}  // namespace bornagain
