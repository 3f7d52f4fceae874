// Results as typed arrays.
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "napi_config.h"

namespace bornagain {

// Hands the values over without a copy where the runtime takes external buffers (Node does), with one where it refuses them (Electron).
inline Napi::Float32Array float32Array(Napi::Env env, std::vector<float> values) {
  const size_t length = values.size();
  if (length > 0) {
    auto owned = std::make_unique<std::vector<float>>(std::move(values));
    napi_value buffer = nullptr;
    const auto release = [](napi_env, void*, void* hint) {
      std::unique_ptr<std::vector<float>>(static_cast<std::vector<float>*>(hint)).reset();
    };
    const napi_status status = napi_create_external_arraybuffer(env, owned->data(), length * sizeof(float), release, owned.get(), &buffer);
    if (status == napi_ok) {
      static_cast<void>(owned.release());
      return Napi::Float32Array::New(env, length, Napi::ArrayBuffer(env, buffer), 0);
    }
    values = std::move(*owned);
  }
  Napi::Float32Array copy = Napi::Float32Array::New(env, length);
  if (length > 0) std::memcpy(copy.Data(), values.data(), length * sizeof(float));
  return copy;
}

}  // namespace bornagain
