#include "convert.h"

#include <ATen/Context.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"

namespace bornagain {

namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 8> kDTypes{{{"float32", at::kFloat},
                                                                         {"float64", at::kDouble},
                                                                         {"int32", at::kInt},
                                                                         {"int64", at::kLong},
                                                                         {"uint8", at::kByte},
                                                                         {"bool", at::kBool},
                                                                         {"float16", at::kHalf},
                                                                         {"bfloat16", at::kBFloat16}}};

[[noreturn]] void refuse(const std::string& argument, const std::string& expected) {
  throw Error("ERR_INVALID_ARGUMENT", argument + " must be " + expected);
}

}  // namespace

at::ScalarType toScalarType(const Napi::Value& value, const std::string& argument) {
  const std::string name = toString(value, argument);
  std::string known;
  for (const auto& [dtype, scalar] : kDTypes) {
    if (name == dtype) return scalar;
    known += (known.empty() ? "" : ", ") + std::string(dtype);
  }
  refuse(argument, "one of " + known + ", not '" + name + "'");
}

std::string dtypeName(at::ScalarType type) {
  for (const auto& [name, scalar] : kDTypes) {
    if (scalar == type) return name;
  }
  throw Error("ERR_INVALID_ARGUMENT", std::string("dtype ") + c10::toString(type) + " is not part of the typed surface");
}

at::Device toDevice(const Napi::Value& value, const std::string& argument) {
  const std::string name = toString(value, argument);
  if (name == "cpu") return at::kCPU;
  const std::string index = name.rfind("cuda:", 0) == 0 ? name.substr(5) : "0";
  const bool digits = !index.empty() && index.size() < 4 && index.find_first_not_of("0123456789") == std::string::npos;
  if ((name != "cuda" && name.rfind("cuda:", 0) != 0) || !digits) refuse(argument, "'cpu', 'cuda' or 'cuda:N', not '" + name + "'");
  const int64_t count = at::hasCUDA() ? static_cast<int64_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
  const int64_t wanted = std::stoi(index);
  if (wanted >= count) {
    throw Error("ERR_DEVICE", "device '" + name + "' is not there: LibTorch sees " + std::to_string(count) +
                                  " CUDA devices. Use 'cpu', or a LibTorch with CUDA and a working driver (bornagain doctor shows both)");
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(wanted)};
}

double toNumber(const Napi::Value& value, const std::string& argument) {
  if (!value.IsNumber()) refuse(argument, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t toInteger(const Napi::Value& value, const std::string& argument) {
  const double number = toNumber(value, argument);
  constexpr double kMaxSafe = 9007199254740991.0;
  if (!(number >= -kMaxSafe && number <= kMaxSafe) || number != static_cast<double>(static_cast<int64_t>(number))) {
    refuse(argument, "an integer");
  }
  return static_cast<int64_t>(number);
}

int toThreads(const Napi::Value& value, const std::string& argument, int64_t least) {
  // More would be a mistake, and OpenMP ends the process where the system refuses to make them.
  constexpr int64_t kMost = 1024;
  const int64_t threads = toInteger(value, argument);
  if (threads < least || threads > kMost) refuse(argument, "between " + std::to_string(least) + " and " + std::to_string(kMost));
  return static_cast<int>(threads);
}

bool toBoolean(const Napi::Value& value, const std::string& argument) {
  if (!value.IsBoolean()) refuse(argument, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

std::string toString(const Napi::Value& value, const std::string& argument) {
  if (!value.IsString()) refuse(argument, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<int64_t> toIntegers(const Napi::Value& value, const std::string& argument) {
  if (!value.IsArray()) refuse(argument, "an array of integers");
  const auto array = value.As<Napi::Array>();
  std::vector<int64_t> integers;
  for (uint32_t i = 0; i < array.Length(); ++i) integers.push_back(toInteger(array.Get(i), argument + "[" + std::to_string(i) + "]"));
  return integers;
}

std::vector<int64_t> toShape(const Napi::Value& value, const std::string& argument) {
  auto shape = toIntegers(value, argument);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) refuse(argument + "[" + std::to_string(i) + "]", "at least 0");
  }
  // Sizes of 0 do not excuse the others: LibTorch multiplies them all.
  double values = 1;
  for (const int64_t size : shape) values *= static_cast<double>(std::max<int64_t>(size, 1));
  constexpr double kMaxValues = 9007199254740992.0 / 8;
  if (values > kMaxValues) refuse(argument, "a shape of fewer values, not more than memory can address");
  return shape;
}

Napi::Array fromIntegers(Napi::Env env, at::IntArrayRef values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) array.Set(static_cast<uint32_t>(i), static_cast<double>(values[i]));
  return array;
}

}  // namespace bornagain
