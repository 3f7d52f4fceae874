#include "core/cpu_features.h"
#include "core/engine.h"
#include "core/error.h"
#include "core/kernels/instruction_set.h"

namespace bornagain {

namespace {

// Own products beat LibTorch's where they have the vector instructions for it (docs/performance.md).
Products bestProducts(Precision precision) {
  const InstructionSet needed = precision == Precision::kBf16 ? InstructionSet::kAvx512Bf16 : InstructionSet::kAvx2;
  return instructionSet() >= needed ? Products::kOwn : Products::kLibtorch;
}

}  // namespace

const char* engineName(EngineKind kind) { return kind == EngineKind::kPlain ? "plain" : "fused"; }
const char* precisionName(Precision precision) { return precision == Precision::kFp32 ? "fp32" : "bf16"; }
const char* productsName(Products products) { return products == Products::kOwn ? "own" : "libtorch"; }

EngineChoice chooseEngine(const EngineRequest& request, const at::Device& device) {
  const EngineKind kind = request.kind.value_or(device.is_cpu() ? EngineKind::kFused : EngineKind::kPlain);
  if (kind == EngineKind::kFused && !device.is_cpu()) {
    throw Error("ERR_INVALID_ARGUMENT",
                "the fused engine computes on the CPU, but the model is on " + device.str() + "; take runtime.engine = plain or auto");
  }
  if (kind == EngineKind::kPlain && request.precision == Precision::kBf16) {
    throw Error("ERR_INVALID_ARGUMENT",
                "the plain engine computes in fp32; take runtime.engine = fused on the CPU, or runtime.precision = fp32 or auto");
  }
  const bool fast = kind == EngineKind::kFused && hasFastBf16();
  const Precision precision = request.precision.value_or(fast ? Precision::kBf16 : Precision::kFp32);
  return {kind, precision, kind == EngineKind::kPlain ? Products::kLibtorch : request.products.value_or(bestProducts(precision)),
          request.firstTokensOnly};
}

}  // namespace bornagain
