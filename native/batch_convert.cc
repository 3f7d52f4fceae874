#include "batch_convert.h"

#include <type_traits>
#include <vector>

#include "options.h"

namespace bornagain {

namespace {

template <typename Array>
auto copied(const Array& array) {
  return std::vector<std::remove_cvref_t<decltype(*array.Data())>>(array.Data(), array.Data() + array.ElementLength());
}

TokenBatch readTokens(const OptionsReader& batch) {
  return {copied(batch.typedArray<Napi::Int32Array>("tokenIds", napi_int32_array, "an Int32Array")),
          copied(batch.typedArray<Napi::Uint8Array>("typeIds", napi_uint8_array, "a Uint8Array")),
          copied(batch.typedArray<Napi::Int32Array>("offsets", napi_int32_array, "an Int32Array"))};
}

uint64_t readCounter(const OptionsReader& key, const char* name) {
  const int64_t value = key.integer(name);
  if (value < 0) throw Error("ERR_INVALID_ARGUMENT", key.where() + "." + name + " must not be negative");
  return static_cast<uint64_t>(value);
}

}  // namespace

TokenBatch toTokenBatch(const Napi::Value& value) { return readTokens(OptionsReader(value, "tokens")); }

Batch toBatch(const Napi::Value& value) {
  const OptionsReader batch(value, "batch");
  return {readTokens(batch), copied(batch.typedArray<Napi::Uint8Array>("taskIds", napi_uint8_array, "a Uint8Array")),
          copied(batch.typedArray<Napi::Float32Array>("targets", napi_float32_array, "a Float32Array")),
          copied(batch.typedArray<Napi::Float32Array>("weights", napi_float32_array, "a Float32Array"))};
}

std::vector<Batch> toBatches(const Napi::Value& value) {
  if (!value.IsArray()) return {toBatch(value)};
  const auto array = value.As<Napi::Array>();
  if (array.Length() == 0) throw Error("ERR_INVALID_ARGUMENT", "a step needs at least one batch");
  std::vector<Batch> batches;
  for (uint32_t i = 0; i < array.Length(); ++i) batches.push_back(toBatch(array.Get(i)));
  return batches;
}

DropoutKey toDropoutKey(const Napi::Value& value) {
  const OptionsReader key(value, "dropout");
  return {readCounter(key, "seed"), readCounter(key, "step")};
}

Dropout toDropout(const Napi::Value& value) {
  if (value.IsNull()) return std::nullopt;
  return toDropoutKey(value);
}

}  // namespace bornagain
