// The addon's table of contents: one line for each family of what JavaScript can call. src/native/types.ts has their types.
#include "adamw_wrap.h"
#include "env_data.h"
#include "module_wrap.h"
#include "napi_config.h"
#include "ops.h"
#include "runtime_wrap.h"
#include "session_wrap.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

Napi::Object registerOps(Napi::Env env) {
  Napi::Object ops = Napi::Object::New(env);
  registerArithmetic(ops);
  registerShapes(ops);
  registerReductions(ops);
  registerNetworkOps(ops);
  registerInPlace(ops);
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
  registerModules(env, exports);
  registerOptimizers(env, exports);
  registerSessions(env, exports);
  return exports;
}

}  // namespace

}  // namespace bornagain

static Napi::Object initializeAddon(Napi::Env env, Napi::Object exports) { return bornagain::initialize(env, exports); }

NODE_API_MODULE(bornagain, initializeAddon)
