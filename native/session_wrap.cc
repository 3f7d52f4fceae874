#include "session_wrap.h"

#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "batch_convert.h"
#include "bert_wrap.h"
#include "completion_queue.h"
#include "convert.h"
#include "core/session.h"
#include "env_data.h"
#include "guard.h"
#include "head_wrap.h"
#include "optimizer_convert.h"
#include "options.h"
#include "session_convert.h"
#include "tagged_wrap.h"
#include "typed_array.h"

namespace bornagain {

namespace {

struct HeldModel {
  Model model;
  std::vector<std::shared_ptr<Hold>> holds;
};

HeldModel toHeldModel(const OptionsReader& options) {
  const HeldModule<Bert> encoder = heldBert(options.value("encoder"), "options.encoder");
  HeldModel held{{encoder.module, {}}, {encoder.hold}};
  const Napi::Array heads = options.array("heads");
  for (uint32_t i = 0; i < heads.Length(); ++i) {
    const HeldModule<Head> head = heldHead(heads.Get(i), "options.heads[" + std::to_string(i) + "]");
    held.model.heads.push_back(head.module);
    held.holds.push_back(head.hold);
  }
  return held;
}

EngineRequest toEngineRequest(const OptionsReader& options) {
  EngineRequest request;
  const std::string engine = options.string("engine");
  for (const EngineKind kind : {EngineKind::kPlain, EngineKind::kFused, EngineKind::kFlash}) {
    if (engine == engineName(kind)) request.kind = kind;
  }
  if (!request.kind && engine != "auto") {
    throw Error("ERR_INVALID_ARGUMENT", "options.engine must be auto, plain, fused or flash, not " + engine);
  }
  const std::string precision = options.string("precision");
  if (precision == "fp32" || precision == "bf16") {
    request.precision = precision == "fp32" ? Precision::kFp32 : Precision::kBf16;
  } else if (precision != "auto") {
    throw Error("ERR_INVALID_ARGUMENT", "options.precision must be auto, fp32 or bf16, not " + precision);
  }
  const std::string products = options.string("products");
  if (products == "own" || products == "libtorch") {
    request.products = products == "own" ? Products::kOwn : Products::kLibtorch;
  } else if (products != "auto") {
    throw Error("ERR_INVALID_ARGUMENT", "options.products must be auto, own or libtorch, not " + products);
  }
  request.firstTokensOnly = options.boolean("firstTokensOnly");
  return request;
}

SessionOptions toSessionOptions(const OptionsReader& options, Model model) {
  const int64_t seed = options.integer("dropoutSeed");
  if (seed < 0) throw Error("ERR_INVALID_ARGUMENT", "options.dropoutSeed must not be negative");
  return {std::move(model),
          toAdamWOptions(options.value("optimizer")),
          toParameterOptions(options.value("parameterOptions")),
          static_cast<uint64_t>(seed),
          toEngineRequest(options),
          toThreads(options.value("threads"), "options.threads", 0)};
}

// Undefined where nobody says it.
std::optional<int64_t> toStepCount(const Napi::Value& value, const std::string& argument) {
  if (value.IsUndefined()) return std::nullopt;
  const int64_t steps = toInteger(value, argument);
  if (steps < 0) throw Error("ERR_INVALID_ARGUMENT", argument + " must not be negative, not " + std::to_string(steps));
  return steps;
}

class SessionWrap final : public TaggedWrap<SessionWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x6b1f0a5d2c944e1bULL, 0x9d3e7a10c5b84f2aULL};
  static constexpr const char* kKind = "a NativeSession";

  // new Session(options)
  explicit SessionWrap(const Napi::CallbackInfo& info) : TaggedWrap(info) {
    guard(info.Env(), [&] {
      const OptionsReader options(info[0], "options");
      HeldModel held = toHeldModel(options);
      holds_ = std::move(held.holds);
      session_ = std::make_unique<Session>(toSessionOptions(options, std::move(held.model)));
      choice_ = session_->engine();
      completions_ = std::make_unique<CompletionQueue>(info.Env(), "bornagain session");
      // Added after the completion queue, so it runs before the queue's own: the thread is gone when the queue goes.
      napi_add_env_cleanup_hook(info.Env(), &SessionWrap::onEnvironmentExit, this);
      data_ = EnvData::of(info.Env());
      ++data_->sessionsLive;
    });
  }
  SessionWrap(const SessionWrap&) = delete;
  SessionWrap& operator=(const SessionWrap&) = delete;
  ~SessionWrap() override { end(); }

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeSession",
                       {InstanceMethod("step", &SessionWrap::step), InstanceMethod("evaluate", &SessionWrap::evaluate),
                        InstanceMethod("exportState", &SessionWrap::exportState), InstanceMethod("importState", &SessionWrap::importState),
                        InstanceMethod("cancel", &SessionWrap::cancel), InstanceMethod("close", &SessionWrap::close),
                        accessor<&SessionWrap::closed>("closed"), accessor<&SessionWrap::engine>("engine"),
                        accessor<&SessionWrap::threads, &SessionWrap::setThreads>("threads"),
                        accessor<&SessionWrap::precision>("precision"), accessor<&SessionWrap::products>("products")});
  }

 private:
  Napi::Value step(const Napi::CallbackInfo& info) {
    return promised<TimedOutcome>(info, fromOutcome, [this, &info] {
      const double rate = toLearningRate(info[1]);
      const std::optional<int64_t> after = toStepCount(info[2], "after");
      return [session = session_.get(), batches = toBatches(info[0]), rate, after](const Interrupt& interrupt) {
        if (after && session->steps() != *after) {
          throw Error("ERR_CANCELLED", "a step that follows step " + std::to_string(*after) +
                                           " was not computed: the session has finished " + std::to_string(session->steps()));
        }
        const auto start = std::chrono::steady_clock::now();
        StepOutcome outcome = session->step(batches, rate, interrupt);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        return TimedOutcome{std::move(outcome), session->steps(), elapsed.count()};
      };
    });
  }

  Napi::Value evaluate(const Napi::CallbackInfo& info) {
    const auto convert = [](Napi::Env env, std::vector<float>& outputs) { return float32Array(env, std::move(outputs)); };
    return promised<std::vector<float>>(info, convert, [this, &info] {
      return
          [session = session_.get(), batch = toBatch(info[0])](const Interrupt& interrupt) { return session->evaluate(batch, interrupt); };
    });
  }

  Napi::Value exportState(const Napi::CallbackInfo& info) {
    return promised<SessionState>(info, fromState,
                                  [this] { return [session = session_.get()](const Interrupt&) { return session->exportState(); }; });
  }

  Napi::Value importState(const Napi::CallbackInfo& info) {
    const auto convert = [](Napi::Env env, bool&) { return env.Undefined(); };
    return promised<bool>(info, convert, [this, &info] {
      return [session = session_.get(), state = toState(info[0])](const Interrupt&) {
        session->importState(state);
        return true;
      };
    });
  }

  Napi::Value cancel(const Napi::CallbackInfo& info) {
    if (session_) session_->cancel();
    return info.Env().Undefined();
  }

  Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), session_ ? session_->threads() : 0); }

  void setThreads(const Napi::CallbackInfo& info) {
    const int threads = toThreads(info[0], "threads");
    if (session_) session_->setThreads(threads);
  }

  Napi::Value closed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), closing_); }

  Napi::Value engine(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), engineName(choice_.kind)); }

  Napi::Value precision(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), precisionName(choice_.precision)); }

  Napi::Value products(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), productsName(choice_.products)); }

  // Resolves when every pending call has settled and the thread has ended.
  Napi::Value close(const Napi::CallbackInfo& info) {
    const auto deferred = Napi::Promise::Deferred::New(info.Env());
    closing_ = true;
    if (session_) session_->cancel();
    closers_.push_back(deferred);
    settleClosers(info.Env());
    return deferred.Promise();
  }

  void settleClosers(Napi::Env env) {
    if (!closing_ || (completions_ && completions_->awaited() > 0)) return;
    end();
    for (const auto& deferred : std::exchange(closers_, {})) deferred.Resolve(env.Undefined());
  }

  // One call: `prepare` reads the arguments here and returns the job; the job's result becomes a JavaScript value by `convert`.
  template <typename Result, typename Convert, typename Prepare>
  Napi::Value promised(const Napi::CallbackInfo& info, const Convert& convert, const Prepare& prepare) {
    const Napi::Env env = info.Env();
    const auto deferred = Napi::Promise::Deferred::New(env);
    try {
      requireReady();
      auto result = std::make_shared<Result>();
      auto job = std::make_shared<decltype(prepare())>(prepare());
      // Once more: reading the arguments may have run JavaScript, which may have closed this or begun another session's call.
      requireReady();
      session_->submit([job, result](const Interrupt& interrupt) { *result = (*job)(interrupt); },
                       [this, deferred, result, convert](const std::exception_ptr& thrown) {
                         completions_->post([this, deferred, result, convert, thrown](Napi::Env callEnv) {
                           settle(callEnv, deferred, thrown, [&] { return convert(callEnv, *result); });
                         });
                       });
      begin(env);
    } catch (...) {
      deferred.Reject(errorValue(env, std::current_exception()));
    }
    return deferred.Promise();
  }

  template <typename Value>
  void settle(Napi::Env env, const Napi::Promise::Deferred& deferred, const std::exception_ptr& thrown, const Value& value) {
    const Napi::HandleScope scope(env);
    for (const auto& hold : holds_) data_->giveBack(hold);
    completions_->arrived(env);
    try {
      if (thrown) std::rethrow_exception(thrown);
      deferred.Resolve(value());
    } catch (...) {
      deferred.Reject(errorValue(env, std::current_exception()));
    }
    settleClosers(env);
    // Last: nothing holds this object any more.
    Unref();
  }

  void requireReady() const {
    if (closing_ || !session_) throw Error("ERR_SESSION_CLOSED", "the session is closed");
    for (const auto& hold : holds_) {
      if (hold->calls > 0 && hold->owner != this) {
        throw Error("ERR_MODULE_BUSY", "another session is working on one of this session's modules; await its calls first");
      }
    }
  }

  // A call is on its way: the modules are held, and this object lives until it settles. The completion cannot come earlier than this, as
  // it runs on the thread we are on.
  void begin(Napi::Env env) {
    for (const auto& hold : holds_) data_->take(hold, this);
    completions_->expect(env);
    Ref();
  }

  static void onEnvironmentExit(void* self) {
    auto* wrap = static_cast<SessionWrap*>(self);
    wrap->hooked_ = false;
    wrap->end();
  }

  // Ends the thread and frees the optimizer's state; the one release of close(), the finalizer and the environment's end.
  void end() {
    closing_ = true;
    if (!session_) return;
    if (hooked_) napi_remove_env_cleanup_hook(Env(), &SessionWrap::onEnvironmentExit, this);
    hooked_ = false;
    session_.reset();
    completions_.reset();
    --data_->sessionsLive;
  }

  std::unique_ptr<Session> session_;
  EngineChoice choice_{};
  std::unique_ptr<CompletionQueue> completions_;
  std::vector<std::shared_ptr<Hold>> holds_;
  std::vector<Napi::Promise::Deferred> closers_;
  std::shared_ptr<EnvData> data_;
  bool closing_ = false;
  bool hooked_ = true;
};

}  // namespace

void registerSessions(Napi::Env env, Napi::Object exports) { exports.Set("Session", SessionWrap::define(env)); }

}  // namespace bornagain
