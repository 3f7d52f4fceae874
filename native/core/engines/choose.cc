#include "core/cpu_features.h"
#include "core/engine.h"
#include "core/error.h"

namespace bornagain {

EngineChoice chooseEngine(const EngineRequest& request, const at::Device& device) {
  const EngineKind kind = request.kind.value_or(device.is_cpu() ? EngineKind::kFused : EngineKind::kPlain);
  if (kind == EngineKind::kFused && !device.is_cpu()) {
    throw Error("ERR_INVALID_ARGUMENT", "the fused engine computes on the CPU, but the model is on " + device.str() +
                                            "; take runtime.engine = plain or auto");
  }
  if (kind == EngineKind::kPlain && request.precision == Precision::kBf16) {
    throw Error("ERR_INVALID_ARGUMENT",
                "the plain engine computes in fp32; take runtime.engine = fused on the CPU, or runtime.precision = fp32 or auto");
  }
  const bool fast = kind == EngineKind::kFused && hasFastBf16();
  return {kind, request.precision.value_or(fast ? Precision::kBf16 : Precision::kFp32), request.firstTokensOnly};
}

}  // namespace bornagain
