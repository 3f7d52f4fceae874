// What belongs to one environment (the main thread, or one worker): the error class, and the counts of live objects and native bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "napi_config.h"

namespace bornagain {

// Which session a module is held for, and by how many of its calls. Read and written on the JavaScript thread only: a call takes its
// modules when it is submitted and gives them back when its promise settles.
struct Hold {
  // Of the module's parameters.
  std::unordered_set<const c10::StorageImpl*> storages;
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

  // One more call of `owner` works on the module, and one less.
  void take(const std::shared_ptr<Hold>& hold, const void* owner);
  void giveBack(const std::shared_ptr<Hold>& hold);
  // Throws ERR_MODULE_BUSY for a parameter, or a view of one, of a module that a session works on.
  void requireFree(const at::Tensor& tensor) const;
  // The same for every parameter that `tensor` was computed from, which its backward pass would write gradients of.
  void requireFreeLeaves(const at::Tensor& tensor) const;

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
  };
  std::unordered_map<const c10::StorageImpl*, Storage> storages_;
  std::unordered_set<std::shared_ptr<const Hold>> busy_;
};

}  // namespace bornagain
