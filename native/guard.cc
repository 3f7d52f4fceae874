#include "guard.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "core/error.h"
#include "env_data.h"

namespace bornagain {

namespace {

Napi::Value makeError(Napi::Env env, const std::string& code, const std::string& message) {
  const auto data = EnvData::of(env);
  if (!data->errorClass.IsEmpty()) return data->errorClass.New({Napi::String::New(env, code), Napi::String::New(env, message)});
  // Only before the loader has handed over the error class.
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error.Value();
}

// LibTorch's messages go on with hints for Python and frames; the first line says what is wrong. Some begin with the failed assertion,
// `[enforce fail at file:line] condition. `
std::string firstLine(const std::string& message) {
  const bool assertion = message.rfind("[enforce fail at ", 0) == 0 && message.find(". ") != std::string::npos;
  const size_t begin = assertion ? message.find(". ") + 2 : 0;
  return message.substr(begin, message.find('\n', begin) - begin);
}

}  // namespace

Napi::Value errorValue(Napi::Env env, const std::exception_ptr& thrown, std::string_view context) {
  const std::string where = context.empty() ? std::string() : std::string(context) + ": ";
  try {
    std::rethrow_exception(thrown);
  } catch (const Napi::Error& error) {
    return error.Value();
  } catch (const Error& error) {
    return makeError(env, error.code(), where + error.what());
  } catch (const c10::Error& error) {
    return makeError(env, "ERR_LIBTORCH", where + "LibTorch: " + firstLine(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    return makeError(env, "ERR_LIBTORCH", where + "out of memory");
  } catch (const std::exception& error) {
    return makeError(env, "ERR_LIBTORCH", where + firstLine(error.what()));
  } catch (...) {
    return makeError(env, "ERR_LIBTORCH", where + "an exception of unknown type was thrown");
  }
}

}  // namespace bornagain
