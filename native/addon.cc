// The addon's table of contents: one line for each family of what JavaScript can call. src/native/types.ts has their types.
#include "adamw_wrap.h"
#include "bert_wrap.h"
#include "dropout_wrap.h"
#include "env_data.h"
#include "gemm_rate_wrap.h"
#include "head_wrap.h"
#include "napi_config.h"
#include "ops.h"
#include "runtime_wrap.h"
#include "session_wrap.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

Napi::Object registerOps(Napi::Env env) {
  Napi::Object ops = Napi::Object::New(env);
  registerElementwise(ops);
  registerInPlace(ops);
  registerProducts(ops);
  registerViews(ops);
  registerParts(ops);
  registerReductions(ops);
  registerNetwork(ops);
  registerCreation(ops);
  registerAutograd(ops);
  return ops;
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  EnvData::create(env);
  registerRuntime(env, exports);
  registerTensors(env);
  registerTensorData(env, exports);
  exports.Set("ops", registerOps(env));
  registerBert(env, exports);
  registerHead(env, exports);
  registerDropout(env, exports);
  registerGemmRate(env, exports);
  registerOptimizers(env, exports);
  registerSessions(env, exports);
  return exports;
}

}  // namespace

}  // namespace bornagain

static Napi::Object initializeAddon(Napi::Env env, Napi::Object exports) { return bornagain::initialize(env, exports); }

NODE_API_MODULE(bornagain, initializeAddon)
