// Base of the classes JavaScript holds. Every object carries its class's type tag, and nothing is unwrapped before the tag is checked: not
// arguments, and not the receiver of an accessor either, which node-addon-api's own InstanceAccessor takes for granted (called on an
// object of another class it would follow that object's pointer). Methods need no check: V8 matches their receiver with the class.
#pragma once

#include <string>

#include "core/error.h"
#include "guard.h"
#include "napi_config.h"

namespace bornagain {

// T has `kTypeTag`, and `kKind` for messages (`a tensor`).
template <typename T>
class TaggedWrap : public Napi::ObjectWrap<T> {
 public:
  static bool is(const Napi::Value& value) { return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&T::kTypeTag); }

  // Throws ERR_INVALID_ARGUMENT for anything but an object of this class; `argument` names it.
  static T& of(const Napi::Value& value, const std::string& argument) {
    if (!is(value)) throw Error("ERR_INVALID_ARGUMENT", argument + " must be " + T::kKind);
    return *T::Unwrap(value.As<Napi::Object>());
  }

 protected:
  explicit TaggedWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) { this->Value().TypeTag(&T::kTypeTag); }

  using Property = Napi::ClassPropertyDescriptor<T>;

  // `get` is a Napi::Value (T::*)(const Napi::CallbackInfo&), `set` a void one that finds the value in info[0].
  template <auto get>
  static Property accessor(const char* name) {
    return Property(Napi::PropertyDescriptor::Accessor<&TaggedWrap::read<get>>(name));
  }
  template <auto get, auto set>
  static Property accessor(const char* name) {
    return Property(Napi::PropertyDescriptor::Accessor<&TaggedWrap::read<get>, &TaggedWrap::write<set>>(name));
  }

 private:
  template <auto get>
  static Napi::Value read(const Napi::CallbackInfo& info) {
    return guard(info.Env(), [&] { return (of(info.This(), "the receiver").*get)(info); });
  }
  template <auto set>
  static void write(const Napi::CallbackInfo& info) {
    guard(info.Env(), [&] { (of(info.This(), "the receiver").*set)(info); });
  }
};

}  // namespace bornagain
