// What operations require of their arguments beyond their types. Each throws with the argument's name; the operation's is put before it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "napi_config.h"

namespace bornagain {

// A tensor, or a number that takes part in type promotion as Python's numbers do: a whole one as an integer, another as a float.
using Operand = std::variant<at::Tensor, at::Scalar>;
at::Scalar toScalar(const Napi::Value& value, const std::string& name);
Operand toOperand(const Napi::Value& value, const std::string& name);

// Sizes of a new tensor: none negative, and no more values than memory can address.
struct Shape {
  std::vector<int64_t> sizes;
};

std::vector<at::Tensor> toTensors(const Napi::Value& value, const std::string& name);

void requireArgumentCount(size_t given, size_t wanted);

// ERR_DEVICE unless all tensors are on one device. A scalar tensor on the CPU goes with any.
class DeviceCheck {
 public:
  void see(const at::Tensor& tensor);
  void see(const std::optional<at::Tensor>& tensor);
  void see(const Operand& operand);
  void see(const std::vector<at::Tensor>& tensors);
  template <typename Other>
  void see(const Other& /*no tensor*/) {}

 private:
  at::Tensor first_;
};

template <typename... Arguments>
void requireSameDevice(const Arguments&... arguments) {
  DeviceCheck check;
  (check.see(arguments), ...);
}

void requireFloating(const at::Tensor& tensor, const char* name);
void requireSameDtype(const at::Tensor& a, const char* aName, const at::Tensor& b, const char* bName);
void requireRankAtLeastOne(const at::Tensor& self);
void requireRank(const at::Tensor& tensor, const char* name, int64_t rank);
void requireSameShape(const at::Tensor& a, const char* aName, const at::Tensor& b, const char* bName);
void requireBroadcast(at::IntArrayRef a, const char* aName, at::IntArrayRef b, const char* bName);
// `from` broadcasts to exactly `to`.
void requireExpandable(at::IntArrayRef from, const char* fromName, at::IntArrayRef to, const char* toName);
// A dimension that the tensor has, counted from the end when negative; returns it counted from the start.
int64_t requireDim(const at::Tensor& tensor, int64_t dim, const char* name);
void requireDims(const at::Tensor& tensor, const std::vector<int64_t>& dims, const char* name);
// int32 or int64 and within 0 to size - 1. LibTorch checks that on the CPU only: on CUDA an index out of range takes the whole device
// context down, so this reads them back first.
void requireIndices(const at::Tensor& indices, const char* name, int64_t size);
// A number that a tensor of this dtype can hold.
at::Scalar requireValue(double value, const char* name, at::ScalarType dtype);

std::string shapeText(at::IntArrayRef shape);

}  // namespace bornagain
