#include "op_checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "convert.h"
#include "core/error.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error("ERR_INVALID_ARGUMENT", message); }

std::string described(const char* name, const at::Tensor& tensor) { return std::string(name) + " " + shapeText(tensor.sizes()); }

}  // namespace

std::string shapeText(at::IntArrayRef shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

at::Scalar toScalar(const Napi::Value& value, const std::string& name) {
  const double number = toNumber(value, name);
  constexpr double kMaxSafe = 9007199254740991.0;
  const bool whole = std::abs(number) <= kMaxSafe && std::trunc(number) == number;
  return whole ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number);
}

Operand toOperand(const Napi::Value& value, const std::string& name) {
  if (value.IsNumber()) return toScalar(value, name);
  if (!TensorWrap::is(value)) refuse(name + " must be a tensor or a number");
  return TensorWrap::unwrap(value, name);
}

std::vector<at::Tensor> toTensors(const Napi::Value& value, const std::string& name) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() == 0) refuse(name + " must be an array of at least one tensor");
  const auto array = value.As<Napi::Array>();
  std::vector<at::Tensor> tensors;
  for (uint32_t i = 0; i < array.Length(); ++i) tensors.push_back(TensorWrap::unwrap(array.Get(i), name + "[" + std::to_string(i) + "]"));
  return tensors;
}

void requireArgumentCount(size_t given, size_t wanted) {
  if (given != wanted) refuse("takes " + std::to_string(wanted) + " arguments, not " + std::to_string(given));
}

void DeviceCheck::see(const at::Tensor& tensor) {
  if (tensor.dim() == 0 && tensor.is_cpu()) return;
  if (!first_.defined()) first_ = tensor;
  if (first_.device() != tensor.device()) {
    throw Error("ERR_DEVICE", "the tensors are on different devices, " + first_.device().str() + " and " + tensor.device().str() +
                                  "; move one with to()");
  }
}
void DeviceCheck::see(const std::optional<at::Tensor>& tensor) {
  if (tensor) see(*tensor);
}
void DeviceCheck::see(const Operand& operand) {
  if (const auto* tensor = std::get_if<at::Tensor>(&operand)) see(*tensor);
}
void DeviceCheck::see(const std::vector<at::Tensor>& tensors) {
  for (const at::Tensor& tensor : tensors) see(tensor);
}

void requireFloating(const at::Tensor& tensor, const char* name) {
  if (!tensor.is_floating_point()) refuse(std::string(name) + " must be of a floating dtype, not " + dtypeName(tensor.scalar_type()));
}

void requireSameDtype(const at::Tensor& a, const char* aName, const at::Tensor& b, const char* bName) {
  if (a.scalar_type() == b.scalar_type()) return;
  refuse(std::string(aName) + " is " + dtypeName(a.scalar_type()) + " and " + bName + " " + dtypeName(b.scalar_type()) +
         "; convert one with to()");
}

void requireRankAtLeastOne(const at::Tensor& self) {
  if (self.dim() == 0) refuse("self must not be a scalar");
}

void requireRank(const at::Tensor& tensor, const char* name, int64_t rank) {
  if (tensor.dim() != rank) refuse(described(name, tensor) + " must have " + std::to_string(rank) + " dimensions");
}

void requireSameShape(const at::Tensor& a, const char* aName, const at::Tensor& b, const char* bName) {
  if (a.sizes() != b.sizes()) refuse(described(aName, a) + " and " + described(bName, b) + " must have the same shape");
}

void requireBroadcast(at::IntArrayRef a, const char* aName, at::IntArrayRef b, const char* bName) {
  for (size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const int64_t left = a[a.size() - i];
    const int64_t right = b[b.size() - i];
    if (left == right || left == 1 || right == 1) continue;
    refuse(std::string(aName) + " " + shapeText(a) + " and " + bName + " " + shapeText(b) + " do not broadcast");
  }
}

void requireExpandable(at::IntArrayRef from, const char* fromName, at::IntArrayRef to, const char* toName) {
  bool fits = from.size() <= to.size();
  for (size_t i = 1; fits && i <= from.size(); ++i) fits = from[from.size() - i] == 1 || from[from.size() - i] == to[to.size() - i];
  if (!fits) refuse(std::string(fromName) + " " + shapeText(from) + " does not broadcast to " + toName + " " + shapeText(to));
}

int64_t requireDim(const at::Tensor& tensor, int64_t dim, const char* name) {
  // A scalar takes 0 and -1, as everywhere in LibTorch.
  const int64_t rank = std::max<int64_t>(tensor.dim(), 1);
  if (dim < -rank || dim >= rank) {
    refuse(std::string(name) + " " + std::to_string(dim) + " is no dimension of a tensor " + shapeText(tensor.sizes()));
  }
  return dim < 0 ? dim + rank : dim;
}

void requireDims(const at::Tensor& tensor, const std::vector<int64_t>& dims, const char* name) {
  for (const int64_t dim : dims) requireDim(tensor, dim, name);
}

void requireIndices(const at::Tensor& indices, const char* name, int64_t size) {
  if (indices.scalar_type() != at::kLong && indices.scalar_type() != at::kInt) {
    refuse(std::string(name) + " must be int32 or int64, not " + dtypeName(indices.scalar_type()));
  }
  if (indices.numel() == 0) return;
  const auto low = indices.min().item<int64_t>();
  const auto high = indices.max().item<int64_t>();
  if (low >= 0 && high < size) return;
  refuse(std::string(name) + " has a value " + std::to_string(low < 0 ? low : high) + " outside of 0 to " + std::to_string(size - 1));
}

at::Scalar requireValue(double value, const char* name, at::ScalarType dtype) {
  if (at::isFloatingType(dtype)) return value;
  double low = -9007199254740991.0;
  double high = 9007199254740991.0;
  if (dtype == at::kInt) {
    low = std::numeric_limits<int32_t>::min();
    high = std::numeric_limits<int32_t>::max();
  } else if (dtype == at::kByte || dtype == at::kBool) {
    low = 0;
    high = dtype == at::kByte ? 255 : 1;
  }
  if (!(value >= low && value <= high) || std::trunc(value) != value) {
    refuse(std::string(name) + " must be an integer that " + dtypeName(dtype) + " holds");
  }
  return static_cast<int64_t>(value);
}

}  // namespace bornagain
