// Values of the typed surface to LibTorch's and back: dtypes, devices, shapes. Each throws ERR_INVALID_ARGUMENT or ERR_DEVICE naming the
// argument.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "napi_config.h"

namespace bornagain {

at::ScalarType toScalarType(const Napi::Value& value, const std::string& argument);
std::string dtypeName(at::ScalarType type);

// `cpu`, `cuda`, `cuda:1`. A CUDA device must be there.
at::Device toDevice(const Napi::Value& value, const std::string& argument);

int64_t toInteger(const Napi::Value& value, const std::string& argument);
double toNumber(const Napi::Value& value, const std::string& argument);
// A number of threads, from `least` to 1024.
int toThreads(const Napi::Value& value, const std::string& argument, int64_t least = 1);
bool toBoolean(const Napi::Value& value, const std::string& argument);
std::string toString(const Napi::Value& value, const std::string& argument);
// An array of integers, positive or negative.
std::vector<int64_t> toIntegers(const Napi::Value& value, const std::string& argument);
// An array of sizes, none negative.
std::vector<int64_t> toShape(const Napi::Value& value, const std::string& argument);
Napi::Array fromIntegers(Napi::Env env, at::IntArrayRef values);

}  // namespace bornagain
