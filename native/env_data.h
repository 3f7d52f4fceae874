// What belongs to one environment (the main thread, or one worker): the error class, and the counts of live objects and native bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "napi_config.h"

namespace bornagain {

class EnvData {
 public:
  // Makes the environment's data; once, when the addon is loaded into it.
  static void create(Napi::Env env);
  // The data is shared: an object that is finalized while the environment goes down may outlive the environment's own reference.
  static std::shared_ptr<EnvData> of(Napi::Env env);

  // A new handle on `tensor`, and its end. A storage behind several handles is counted once.
  void addTensor(Napi::Env env, const at::Tensor& tensor);
  void removeTensor(Napi::Env env, const at::Tensor& tensor);

  // Bytes of a module or session, reported like those of tensors.
  void adjustBytes(Napi::Env env, int64_t change);

  Napi::FunctionReference errorClass;
  Napi::FunctionReference tensorClass;
  // The tensor that TensorWrap::wrap is making a handle for; null when JavaScript calls the class by itself.
  const at::Tensor* wrapping = nullptr;
  int64_t tensorsCreated = 0;
  int64_t tensorsDisposed = 0;
  int64_t modulesLive = 0;
  int64_t sessionsLive = 0;
  int64_t bytes = 0;

 private:
  struct Storage {
    int64_t handles;
    int64_t bytes;
  };
  std::unordered_map<const c10::StorageImpl*, Storage> storages_;
};

}  // namespace bornagain
