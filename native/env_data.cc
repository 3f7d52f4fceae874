#include "env_data.h"

#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <utility>
#include <vector>

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
  storages_.erase(found);
}

void EnvData::take(const std::shared_ptr<Hold>& hold, const void* owner) {
  busy_.insert(hold);
  hold->owner = owner;
  ++hold->calls;
}

void EnvData::giveBack(const std::shared_ptr<Hold>& hold) {
  if (--hold->calls > 0) return;
  hold->owner = nullptr;
  busy_.erase(hold);
}

void EnvData::requireFree(const at::Tensor& tensor) const {
  for (const auto& hold : busy_) {
    if (hold->storages.count(tensor.storage().unsafeGetStorageImpl()) == 0) continue;
    hold->requireFree("a session is working on the module whose parameter this is; await its calls before using the tensor");
  }
}

void EnvData::requireFreeLeaves(const at::Tensor& tensor) const {
  if (busy_.empty()) return;
  std::vector<torch::autograd::Node*> left{tensor.grad_fn().get()};
  std::unordered_set<torch::autograd::Node*> seen;
  while (!left.empty()) {
    auto* const node = left.back();
    left.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    for (const auto& edge : node->next_edges()) left.push_back(edge.function.get());
    if (const auto* leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node)) requireFree(leaf->variable);
  }
}

void EnvData::adjustBytes(Napi::Env env, int64_t change) {
  bytes += change;
  Napi::MemoryManagement::AdjustExternalMemory(env, change);
}

}  // namespace bornagain
