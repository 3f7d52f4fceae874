// Data in and out of tensors: always a copy, always checked for dtype and length.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/promote_types.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <string>

#include "convert.h"
#include "core/error.h"
#include "guard.h"
#include "op_checks.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

at::ScalarType elementType(napi_typedarray_type type) {
  switch (type) {
    case napi_float32_array:
      return at::kFloat;
    case napi_float64_array:
      return at::kDouble;
    case napi_int32_array:
      return at::kInt;
    case napi_bigint64_array:
      return at::kLong;
    case napi_uint8_array:
      return at::kByte;
    default:
      throw Error("ERR_INVALID_ARGUMENT", "data must be a Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array");
  }
}

// What a conversion on the way in may do: nothing, round a float, or go to a dtype that holds every value of the array's.
void requireConvertible(at::ScalarType from, at::ScalarType to) {
  const bool floats = at::isFloatingType(from) && at::isFloatingType(to);
  const bool flags = from == at::kByte && to == at::kBool;
  if (floats || flags || at::promote_types(from, to) == to) return;
  throw Error("ERR_INVALID_ARGUMENT", "dtype " + dtypeName(to) + " does not hold every value of an array of " + dtypeName(from) +
                                          "; pass another array, or convert afterwards");
}

// fromData(data, shape, dtype, device)
Napi::Value fromData(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray()) throw Error("ERR_INVALID_ARGUMENT", "data must be a typed array");
  const auto array = info[0].As<Napi::TypedArray>();
  const at::ScalarType from = elementType(array.TypedArrayType());
  const auto shape = toShape(info[1], "shape");
  const at::ScalarType dtype = toScalarType(info[2], "dtype");
  const at::Device device = toDevice(info[3], "device");
  requireConvertible(from, dtype);
  // Asked for after everything that could run JavaScript, which could detach the memory. It may be a SharedArrayBuffer's.
  size_t length = 0;
  void* values = nullptr;
  if (napi_get_typedarray_info(info.Env(), array, nullptr, &length, &values, nullptr, nullptr) != napi_ok) {
    throw Error("ERR_INVALID_ARGUMENT", "data must be a typed array");
  }
  if (c10::multiply_integers(shape) != static_cast<int64_t>(length)) {
    throw Error("ERR_INVALID_ARGUMENT", "data has " + std::to_string(length) + " values, shape " + shapeText(shape) + " needs " +
                                            std::to_string(c10::multiply_integers(shape)));
  }
  const at::Tensor host = at::empty(shape, from);
  if (length > 0) std::memcpy(host.data_ptr(), values, host.nbytes());
  return TensorWrap::wrap(info.Env(), host.to(at::TensorOptions(dtype).device(device)));
}

template <typename Array>
Napi::Value copyOut(Napi::Env env, const at::Tensor& tensor) {
  Array array = Array::New(env, static_cast<size_t>(tensor.numel()));
  if (tensor.numel() > 0) std::memcpy(array.Data(), tensor.data_ptr(), tensor.nbytes());
  return array;
}

// toData(tensor)
Napi::Value toData(const Napi::CallbackInfo& info) {
  const at::Tensor host = TensorWrap::unwrap(info[0], "tensor").detach().cpu().contiguous();
  switch (host.scalar_type()) {
    case at::kFloat:
      return copyOut<Napi::Float32Array>(info.Env(), host);
    case at::kDouble:
      return copyOut<Napi::Float64Array>(info.Env(), host);
    case at::kInt:
      return copyOut<Napi::Int32Array>(info.Env(), host);
    case at::kLong:
      return copyOut<Napi::BigInt64Array>(info.Env(), host);
    case at::kByte:
    case at::kBool:
      return copyOut<Napi::Uint8Array>(info.Env(), host);
    case at::kHalf:
    case at::kBFloat16:
      return copyOut<Napi::Float32Array>(info.Env(), host.to(at::kFloat));
    default:
      throw Error("ERR_INVALID_ARGUMENT", "data of dtype " + dtypeName(host.scalar_type()) + " cannot be read");
  }
}

// setGradEnabled(enabled) -> what it was. Grad mode belongs to the thread.
Napi::Value setGradEnabled(const Napi::CallbackInfo& info) {
  const bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(toBoolean(info[0], "enabled"));
  return Napi::Boolean::New(info.Env(), before);
}

}  // namespace

void registerTensorData(Napi::Env env, Napi::Object exports) {
  exports.Set("fromData", guardedFunction<&fromData>(env, "fromData"));
  exports.Set("toData", guardedFunction<&toData>(env, "toData"));
  exports.Set("setGradEnabled", guardedFunction<&setGradEnabled>(env, "setGradEnabled"));
}

}  // namespace bornagain
