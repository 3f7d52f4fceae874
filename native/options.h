// Reads an options object of the typed surface field by field. What is missing or of another type is an error that names the field.
#pragma once

#include <string>
#include <string_view>

#include "convert.h"
#include "core/error.h"
#include "napi_config.h"

namespace bornagain {

class OptionsReader {
 public:
  OptionsReader(const Napi::Value& value, std::string where) : where_(std::move(where)) {
    if (!value.IsObject()) throw Error("ERR_INVALID_ARGUMENT", where_ + " must be an object");
    object_ = value.As<Napi::Object>();
  }

  [[nodiscard]] double number(const char* name) const { return toNumber(object_.Get(name), path(name)); }

  [[nodiscard]] int64_t integer(const char* name) const { return toInteger(object_.Get(name), path(name)); }

  [[nodiscard]] bool boolean(const char* name) const { return toBoolean(object_.Get(name), path(name)); }

  [[nodiscard]] std::string string(const char* name) const { return toString(object_.Get(name), path(name)); }

  [[nodiscard]] Napi::Array array(const char* name) const {
    const Napi::Value value = object_.Get(name);
    if (!value.IsArray()) refuse(name, "an array");
    return value.As<Napi::Array>();
  }

  // T is a typed array of node-addon-api; `type` and `typeName` say which.
  template <typename T>
  [[nodiscard]] T typedArray(const char* name, napi_typedarray_type type, const char* typeName) const {
    const Napi::Value value = object_.Get(name);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) refuse(name, typeName);
    return value.As<T>();
  }

  [[nodiscard]] Napi::Value value(const char* name) const { return object_.Get(name); }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  [[nodiscard]] std::string path(const char* name) const { return where_ + "." + name; }

  [[noreturn]] void refuse(const char* name, std::string_view expected) const {
    throw Error("ERR_INVALID_ARGUMENT", path(name) + " must be " + std::string(expected));
  }

  Napi::Object object_;
  std::string where_;
};

}  // namespace bornagain
