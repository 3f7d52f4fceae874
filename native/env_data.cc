#include "env_data.h"

#include <utility>

#include "core/error.h"

namespace bornagain {

namespace {

using Shared = std::shared_ptr<EnvData>;

}  // namespace

void Hold::requireFree(const std::string& message) const {
  if (calls > 0) throw Error("ERR_MODULE_BUSY", message);
}

void EnvData::create(Napi::Env env) {
  auto data = std::make_shared<EnvData>();
  // References must not be touched when the environment is gone; it frees them itself.
  data->errorClass.SuppressDestruct();
  data->tensorClass.SuppressDestruct();
  env.SetInstanceData(std::make_unique<Shared>(std::move(data)).release());
}

std::shared_ptr<EnvData> EnvData::of(Napi::Env env) { return *env.GetInstanceData<Shared>(); }

void EnvData::addTensor(Napi::Env env, const at::Tensor& tensor) {
  ++tensorsCreated;
  auto& storage = storages_[tensor.storage().unsafeGetStorageImpl()];
  if (storage.handles++ > 0) return;
  storage.bytes = static_cast<int64_t>(tensor.storage().nbytes());
  adjustBytes(env, storage.bytes);
}

void EnvData::removeTensor(Napi::Env env, const at::Tensor& tensor) {
  ++tensorsDisposed;
  const auto found = storages_.find(tensor.storage().unsafeGetStorageImpl());
  if (--found->second.handles > 0) return;
  adjustBytes(env, -found->second.bytes);
  if (found->second.hold) --shared_;
  storages_.erase(found);
}

void EnvData::share(const at::Tensor& tensor, std::shared_ptr<const Hold> hold) {
  Storage& storage = storages_.at(tensor.storage().unsafeGetStorageImpl());
  if (!storage.hold) ++shared_;
  storage.hold = std::move(hold);
}

void EnvData::requireFree(const at::Tensor& tensor) const {
  if (shared_ == 0) return;
  const auto found = storages_.find(tensor.storage().unsafeGetStorageImpl());
  if (found == storages_.end() || !found->second.hold) return;
  found->second.hold->requireFree("a session is working on the module whose parameter this is; await its calls before using the tensor");
}

void EnvData::adjustBytes(Napi::Env env, int64_t change) {
  bytes += change;
  Napi::MemoryManagement::AdjustExternalMemory(env, change);
}

}  // namespace bornagain
