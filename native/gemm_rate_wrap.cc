#include "gemm_rate_wrap.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <string>

#include "core/gemm_rate.h"
#include "guard.h"
#include "options.h"

namespace bornagain {

namespace {

// Sets this thread's number of threads back when it goes.
class Threads {
 public:
  explicit Threads(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

int64_t positive(const OptionsReader& options, const char* name) {
  const int64_t value = options.integer(name);
  if (value < 1) throw Error("ERR_INVALID_ARGUMENT", std::string("gemmRate.") + name + " must be at least 1");
  return value;
}

Napi::Object toObject(Napi::Env env, const GemmRate& rate) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("forward", rate.forward);
  result.Set("inputGradient", rate.inputGradient);
  result.Set("weightGradient", rate.weightGradient);
  result.Set("all", rate.all);
  return result;
}

// gemmRate({ rows, out, in, precision, seconds, threads })
Napi::Value gemmRate(const Napi::CallbackInfo& info) {
  const OptionsReader options(info[0], "gemmRate");
  const std::string precision = options.string("precision");
  if (precision != "fp32" && precision != "bf16") {
    throw Error("ERR_INVALID_ARGUMENT", "gemmRate.precision must be 'fp32' or 'bf16', not '" + precision + "'");
  }
  const GemmShape shape{positive(options, "rows"), positive(options, "out"), positive(options, "in")};
  const double seconds = options.number("seconds");
  if (!(seconds >= 0) || !std::isfinite(seconds)) throw Error("ERR_INVALID_ARGUMENT", "gemmRate.seconds must be finite, not negative");
  const Threads threads(toThreads(options.value("threads"), "gemmRate.threads"));
  const GemmRates rates = measureGemmRates(shape, precision == "bf16", seconds);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("own", toObject(info.Env(), rates.own));
  result.Set("libtorch", toObject(info.Env(), rates.libtorch));
  return result;
}

}  // namespace

void registerGemmRate(Napi::Env env, Napi::Object exports) { exports.Set("gemmRate", guardedFunction<&gemmRate>(env, "gemmRate")); }

}  // namespace bornagain
