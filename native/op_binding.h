// Convert by type, bind bare: a tensor operation is listed with a lambda over LibTorch's types, and the adapter here converts each argument
// and the result. An argument that does not convert is an error naming the operation and the argument's place.
#pragma once

#include <ATen/ATen.h>
#include <ATen/ScalarOps.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convert.h"
#include "core/error.h"
#include "guard.h"
#include "tensor_wrap.h"

namespace bornagain {

// A tensor, or a number that takes part in type promotion as LibTorch's numbers do.
struct Operand {
  at::Tensor tensor;
};

template <typename T>
struct Argument;

template <>
struct Argument<at::Tensor> {
  static at::Tensor from(const Napi::Value& value, const std::string& where) { return TensorWrap::unwrap(value, where); }
};

template <>
struct Argument<Operand> {
  static Operand from(const Napi::Value& value, const std::string& where) {
    if (!value.IsNumber()) {
      if (!value.IsObject()) throw Error("ERR_INVALID_ARGUMENT", where + " must be a tensor or a number");
      return {TensorWrap::unwrap(value, where)};
    }
    const double number = value.As<Napi::Number>().DoubleValue();
    const bool integral = number == static_cast<double>(static_cast<int64_t>(number));
    return {at::native::wrapped_scalar_tensor(integral ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number))};
  }
};

template <>
struct Argument<int64_t> {
  static int64_t from(const Napi::Value& value, const std::string& where) { return toInteger(value, where); }
};

template <>
struct Argument<double> {
  static double from(const Napi::Value& value, const std::string& where) { return toNumber(value, where); }
};

template <>
struct Argument<bool> {
  static bool from(const Napi::Value& value, const std::string& where) { return toBoolean(value, where); }
};

template <>
struct Argument<std::string> {
  static std::string from(const Napi::Value& value, const std::string& where) { return toString(value, where); }
};

template <>
struct Argument<at::ScalarType> {
  static at::ScalarType from(const Napi::Value& value, const std::string& where) { return toScalarType(value, where); }
};

template <>
struct Argument<at::Device> {
  static at::Device from(const Napi::Value& value, const std::string& where) { return toDevice(value, where); }
};

template <>
struct Argument<std::vector<int64_t>> {
  static std::vector<int64_t> from(const Napi::Value& value, const std::string& where) { return toIntegers(value, where); }
};

template <>
struct Argument<std::vector<at::Tensor>> {
  static std::vector<at::Tensor> from(const Napi::Value& value, const std::string& where) {
    if (!value.IsArray() || value.As<Napi::Array>().Length() == 0) {
      throw Error("ERR_INVALID_ARGUMENT", where + " must be an array with at least one tensor");
    }
    std::vector<at::Tensor> tensors;
    for (uint32_t i = 0; i < value.As<Napi::Array>().Length(); ++i) {
      tensors.push_back(TensorWrap::unwrap(value.As<Napi::Array>().Get(i), where + "[" + std::to_string(i) + "]"));
    }
    return tensors;
  }
};

// null stands for no value.
template <typename T>
struct Argument<std::optional<T>> {
  static std::optional<T> from(const Napi::Value& value, const std::string& where) {
    if (value.IsNull() || value.IsUndefined()) return std::nullopt;
    return Argument<T>::from(value, where);
  }
};

inline Napi::Value toResult(Napi::Env env, const at::Tensor& tensor) {
  return tensor.defined() ? Napi::Value(TensorWrap::wrap(env, tensor)) : env.Null();
}
inline Napi::Value toResult(Napi::Env env, double value) { return Napi::Number::New(env, value); }

template <auto Operation, typename Result, typename... Arguments, size_t... Places>
Napi::Value callOperation(const Napi::CallbackInfo& info, Result (*)(Arguments...), std::index_sequence<Places...>) {
  const std::string where = std::string(static_cast<const char*>(info.Data())) + ": argument ";
  if constexpr (std::is_void_v<Result>) {
    Operation(Argument<std::decay_t<Arguments>>::from(info[Places], where + std::to_string(Places + 1))...);
    return info.Env().Undefined();
  } else {
    return toResult(info.Env(), Operation(Argument<std::decay_t<Arguments>>::from(info[Places], where + std::to_string(Places + 1))...));
  }
}

template <typename Result, typename... Arguments>
constexpr size_t argumentCount(Result (*)(Arguments...)) {
  return sizeof...(Arguments);
}

template <auto Operation>
Napi::Value invokeOperation(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    constexpr auto function = +Operation;
    return callOperation<Operation>(info, function, std::make_index_sequence<argumentCount(function)>());
  });
}

// Lists one operation: `op<[](const at::Tensor& a) { return a.neg(); }>(ops, "neg")`. `name` is a literal and lives as long as the addon.
template <auto Operation>
void op(Napi::Object ops, const char* name) {
  ops.Set(name, Napi::Function::New(ops.Env(), &invokeOperation<Operation>, name, const_cast<char*>(name)));
}

}  // namespace bornagain
