// Convert by type, bind bare: a tensor operation is listed as a lambda over LibTorch's types beside its signature, and the adapter here
// converts arguments and result. Whatever goes wrong in between is reported with the operation's name.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "convert.h"
#include "core/error.h"
#include "env_data.h"
#include "guard.h"
#include "op_checks.h"
#include "tensor_wrap.h"

namespace bornagain {

// `add(self, other)`: what TypeScript sees, and what messages name. A literal, so it lives as long as the addon.
class Signature {
 public:
  explicit constexpr Signature(const char* text) : text_(text) {}

  [[nodiscard]] std::string_view name() const { return text_.substr(0, text_.find('(')); }
  [[nodiscard]] std::string argument(size_t place) const;
  [[nodiscard]] size_t arguments() const;

 private:
  std::string_view text_;
};

// How a JavaScript value becomes an argument of type T; throws with the argument's name.
template <typename T>
struct Argument;

template <>
struct Argument<at::Tensor> {
  static at::Tensor from(const Napi::Value& value, const std::string& name) { return TensorWrap::unwrap(value, name); }
};
// A tensor whose backward pass is to run: no session works on a parameter that it was computed from.
struct Differentiated {
  at::Tensor tensor;
};
template <>
struct Argument<Differentiated> {
  static Differentiated from(const Napi::Value& value, const std::string& name) {
    const at::Tensor& tensor = TensorWrap::unwrap(value, name);
    EnvData::of(value.Env())->requireFreeLeaves(tensor);
    return {tensor};
  }
};
template <>
struct Argument<Operand> {
  static Operand from(const Napi::Value& value, const std::string& name) { return toOperand(value, name); }
};
template <>
struct Argument<at::Scalar> {
  static at::Scalar from(const Napi::Value& value, const std::string& name) { return toScalar(value, name); }
};
template <>
struct Argument<int64_t> {
  static int64_t from(const Napi::Value& value, const std::string& name) { return toInteger(value, name); }
};
template <>
struct Argument<double> {
  static double from(const Napi::Value& value, const std::string& name) { return toNumber(value, name); }
};
template <>
struct Argument<bool> {
  static bool from(const Napi::Value& value, const std::string& name) { return toBoolean(value, name); }
};
template <>
struct Argument<std::string> {
  static std::string from(const Napi::Value& value, const std::string& name) { return toString(value, name); }
};
template <>
struct Argument<at::ScalarType> {
  static at::ScalarType from(const Napi::Value& value, const std::string& name) { return toScalarType(value, name); }
};
template <>
struct Argument<at::Device> {
  static at::Device from(const Napi::Value& value, const std::string& name) { return toDevice(value, name); }
};
template <>
struct Argument<std::vector<int64_t>> {
  static std::vector<int64_t> from(const Napi::Value& value, const std::string& name) { return toIntegers(value, name); }
};
template <>
struct Argument<Shape> {
  static Shape from(const Napi::Value& value, const std::string& name) { return {toShape(value, name)}; }
};
template <>
struct Argument<std::vector<at::Tensor>> {
  static std::vector<at::Tensor> from(const Napi::Value& value, const std::string& name) { return toTensors(value, name); }
};
// null stands for no value.
template <typename T>
struct Argument<std::optional<T>> {
  static std::optional<T> from(const Napi::Value& value, const std::string& name) {
    if (value.IsNull()) return std::nullopt;
    return Argument<T>::from(value, name);
  }
};

inline Napi::Value toResult(Napi::Env env, const at::Tensor& tensor) {
  return tensor.defined() ? Napi::Value(TensorWrap::wrap(env, tensor)) : env.Null();
}
inline Napi::Value toResult(Napi::Env env, double value) { return Napi::Number::New(env, value); }

// Whether an operation's tensors may lie on different devices: only one that copies between them.
enum class Devices { kSame, kAny };

template <auto Operation, Devices devices, typename Result, typename... Arguments, size_t... Places>
Napi::Value callOperation(const Napi::CallbackInfo& info, const Signature& signature, Result (* /*type*/)(Arguments...),
                          std::index_sequence<Places...> /*places*/) {
  requireArgumentCount(info.Length(), sizeof...(Arguments));
  // A braced list: the arguments are converted from left to right. Each holds its tensor for the whole call.
  const std::tuple<std::decay_t<Arguments>...> arguments{
      Argument<std::decay_t<Arguments>>::from(info[Places], signature.argument(Places))...};
  if constexpr (devices == Devices::kSame) requireSameDevice(std::get<Places>(arguments)...);
  if constexpr (std::is_void_v<Result>) {
    std::apply(Operation, arguments);
    return info.Env().Undefined();
  } else {
    return toResult(info.Env(), std::apply(Operation, arguments));
  }
}

template <typename Result, typename... Arguments>
constexpr size_t argumentCount(Result (* /*operation*/)(Arguments...)) {
  return sizeof...(Arguments);
}

template <auto Operation, Devices devices>
Napi::Value invokeOperation(const Napi::CallbackInfo& info) {
  const Signature signature(static_cast<const char*>(info.Data()));
  constexpr auto function = +Operation;
  constexpr auto places = std::make_index_sequence<argumentCount(function)>();
  return guard(info.Env(), [&] { return callOperation<Operation, devices>(info, signature, function, places); }, signature.name());
}

// Lists one operation: `op<[](const Tensor& self) { return self.neg(); }>(ops, "neg(self)")`.
template <auto Operation, Devices devices = Devices::kSame>
void op(Napi::Object ops, const char* text) {
  const Signature signature(text);
  if (signature.arguments() != argumentCount(+Operation))
    throw Error("ERR_ADDON_LOAD", std::string(text) + " is not what its lambda takes");
  const std::string name(signature.name());
  ops.Set(name, Napi::Function::New(ops.Env(), &invokeOperation<Operation, devices>, name, const_cast<char*>(text)));
}

}  // namespace bornagain
