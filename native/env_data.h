// What belongs to one environment (the main thread, or one worker): the error class, and the counts of live objects and native bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "napi_config.h"

namespace bornagain {

// Which session a module is held for, and by how many of its calls. Read and written on the JavaScript thread only: a call takes its
// modules when it is submitted and gives them back when its promise settles.
struct Hold {
  const void* owner = nullptr;
  int calls = 0;

  // Throws ERR_MODULE_BUSY with `message` while a session works on the module.
  void requireFree(const std::string& message) const;
};

class EnvData {
 public:
  // Makes the environment's data; once, when the addon is loaded into it.
  static void create(Napi::Env env);
  // The data is shared: an object that is finalized while the environment goes down may outlive the environment's own reference.
  static std::shared_ptr<EnvData> of(Napi::Env env);

  // A new handle on `tensor`, and its end. A storage behind several handles is counted once.
  void addTensor(Napi::Env env, const at::Tensor& tensor);
  void removeTensor(Napi::Env env, const at::Tensor& tensor);

  // `tensor`, which has a handle, is a parameter of the module that `hold` is of; its storage may be used while that is free.
  void share(const at::Tensor& tensor, std::shared_ptr<const Hold> hold);
  // Throws ERR_MODULE_BUSY for a tensor, or a view of one, whose module a session works on.
  void requireFree(const at::Tensor& tensor) const;

  // Bytes of a module, reported like those of tensors.
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
    std::shared_ptr<const Hold> hold;  // of the module whose parameter it is; null for others
  };
  std::unordered_map<const c10::StorageImpl*, Storage> storages_;
  int64_t shared_ = 0;  // storages with a hold
};

}  // namespace bornagain
