#include "dropout_wrap.h"

#include <string>
#include <vector>

#include "batch_convert.h"
#include "core/dropout.h"
#include "guard.h"
#include "options.h"
#include "tensor_wrap.h"

namespace bornagain {

namespace {

// dropoutMask({ key, site, rows, columns, rate, implementation })
Napi::Value dropoutMaskOf(const Napi::CallbackInfo& info) {
  const OptionsReader arguments(info[0], "mask");
  const auto given = arguments.typedArray<Napi::Int32Array>("rows", napi_int32_array, "an Int32Array");
  // A copy: reading what follows may run JavaScript, which may detach the array.
  const std::vector<int64_t> rows(given.Data(), given.Data() + given.ElementLength());
  const double rate = arguments.number("rate");
  if (!(rate >= 0 && rate < 1)) throw Error("ERR_INVALID_ARGUMENT", "mask.rate must be at least 0 and below 1");
  const int64_t columns = arguments.integer("columns");
  if (columns < 0) throw Error("ERR_INVALID_ARGUMENT", "mask.columns must not be negative");
  const std::string implementation = arguments.string("implementation");
  if (implementation != "kernel" && implementation != "operations") {
    throw Error("ERR_INVALID_ARGUMENT", "mask.implementation must be 'kernel' or 'operations', not '" + implementation + "'");
  }
  const auto mask = implementation == "kernel" ? &dropoutMask : &dropoutMaskFromOps;
  return TensorWrap::wrap(info.Env(), mask(toDropoutKey(arguments.value("key")), DropoutSite::numbered(arguments.integer("site")), rows,
                                           columns, rate, at::kFloat));
}

}  // namespace

void registerDropout(Napi::Env env, Napi::Object exports) {
  exports.Set("dropoutMask", guardedFunction<&dropoutMaskOf>(env, "dropoutMask"));
}

}  // namespace bornagain
