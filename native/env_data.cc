#include "env_data.h"

namespace bornagain {

namespace {

using Shared = std::shared_ptr<EnvData>;

}  // namespace

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
  storages_.erase(found);
}

void EnvData::adjustBytes(Napi::Env env, int64_t change) {
  bytes += change;
  Napi::MemoryManagement::AdjustExternalMemory(env, change);
}

}  // namespace bornagain
