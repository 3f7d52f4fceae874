#include "runtime_wrap.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/native/DispatchStub.h>
#include <torch/headeronly/version.h>

#include <string>

#include "core/cpu_features.h"
#include "core/engine.h"
#include "core/engines/flash/availability.h"
#include "core/engines/flash/runner.h"
#include "core/error.h"
#include "core/kernels/instruction_set.h"
#include "env_data.h"
#include "guard.h"

namespace bornagain {

namespace {

// LibTorch has no function that gives its version, but its description of the build does.
std::string runtimeVersion() {
  const std::string config = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const size_t start = config.find(key);
  if (start == std::string::npos) return "";
  const size_t begin = start + key.size();
  return config.substr(begin, config.find_first_of(", \n", begin) - begin);
}

Napi::Value setErrorClass(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) throw Error("ERR_INVALID_ARGUMENT", "errorClass must be a class");
  const auto data = EnvData::of(info.Env());
  data->errorClass = Napi::Persistent(info[0].As<Napi::Function>());
  data->errorClass.SuppressDestruct();
  return info.Env().Undefined();
}

// What a session on the CPU computes with when everything is left to it.
Napi::Object cpuChoice(Napi::Env env) {
  const EngineChoice choice = chooseEngine({}, at::Device(at::kCPU));
  Napi::Object result = Napi::Object::New(env);
  result.Set("engine", engineName(choice.kind));
  result.Set("precision", precisionName(choice.precision));
  result.Set("products", productsName(choice.products));
  return result;
}

// For each CUDA device why the flash engine cannot use it, or null. Not part of runtimeInfo, which must not start devices up.
Napi::Value flashRefusals(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array refusals = Napi::Array::New(env);
  const int devices = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  for (int i = 0; i < devices; ++i) {
    const auto refusal = flash::flashAttentionRefusal(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(i)));
    refusals.Set(static_cast<uint32_t>(i), refusal ? Napi::Value(Napi::String::New(env, *refusal)) : env.Null());
  }
  return refusals;
}

Napi::Value runtimeInfo(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("compiledVersion", TORCH_VERSION);
  result.Set("runtimeVersion", runtimeVersion());
  result.Set("cudaDevices", at::hasCUDA() ? static_cast<double>(at::detail::getCUDAHooks().deviceCount()) : 0.0);
  result.Set("cudaGraphs", flash::graphsBuilt());
  result.Set("cpuCapability", at::get_cpu_capability());
  result.Set("bf16Hardware", hasBf16Hardware());
  result.Set("instructionSet", instructionSetName(instructionSet()));
  result.Set("cpuChoice", cpuChoice(info.Env()));
  result.Set("threads", at::get_num_threads());
  result.Set("parallelInfo", at::get_parallel_info());
  return result;
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  const auto data = EnvData::of(info.Env());
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("tensorsCreated", static_cast<double>(data->tensorsCreated));
  result.Set("tensorsDisposed", static_cast<double>(data->tensorsDisposed));
  result.Set("tensorsLive", static_cast<double>(data->tensorsCreated - data->tensorsDisposed));
  result.Set("bytes", static_cast<double>(data->bytes));
  result.Set("modulesLive", static_cast<double>(data->modulesLive));
  result.Set("sessionsLive", static_cast<double>(data->sessionsLive));
  return result;
}

}  // namespace

void registerRuntime(Napi::Env env, Napi::Object exports) {
  exports.Set("setErrorClass", guardedFunction<&setErrorClass>(env, "setErrorClass"));
  exports.Set("runtimeInfo", guardedFunction<&runtimeInfo>(env, "runtimeInfo"));
  exports.Set("flashRefusals", guardedFunction<&flashRefusals>(env, "flashRefusals"));
  exports.Set("memory", guardedFunction<&memory>(env, "memory"));
}

}  // namespace bornagain
