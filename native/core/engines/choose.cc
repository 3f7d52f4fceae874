#include <string>

#include "core/engine.h"
#include "core/engines/flash/availability.h"
#include "core/error.h"
#include "core/kernels/instruction_set.h"

namespace bornagain {

namespace {

// Own products beat LibTorch's where they have the vector instructions for it (docs/performance.md).
Products bestProducts(Precision precision) {
  const InstructionSet set = instructionSet();
  const bool own = precision == Precision::kBf16 ? hasFastBf16(set) : set >= InstructionSet::kAvx2;
  return own ? Products::kOwn : Products::kLibtorch;
}

[[noreturn]] void refuse(const std::string& what) { throw Error("ERR_INVALID_ARGUMENT", what); }

EngineKind bestKind(const at::Device& device) {
  if (device.is_cpu()) return EngineKind::kFused;
  return device.is_cuda() && !flash::flashAttentionRefusal(device) ? EngineKind::kFlash : EngineKind::kPlain;
}

// Throws where this engine cannot compute on this device in this precision.
void requirePossible(EngineKind kind, std::optional<Precision> precision, const at::Device& device) {
  if (kind == EngineKind::kFused && !device.is_cpu()) {
    refuse("the fused engine computes on the CPU, but the model is on " + device.str() + "; take runtime.engine = flash, plain or auto");
  }
  if (kind == EngineKind::kPlain && precision == Precision::kBf16) {
    refuse(
        "the plain engine computes in fp32; take runtime.engine = fused on the CPU or flash on CUDA, or runtime.precision = fp32 or auto");
  }
  if (kind != EngineKind::kFlash) return;
  if (!device.is_cuda() && !device.is_cpu()) {
    refuse("the flash engine computes on CUDA and the CPU, but the model is on " + device.str() + "; take runtime.engine = plain or auto");
  }
  if (device.is_cuda() && precision != Precision::kFp32) {
    if (const auto reason = flash::flashAttentionRefusal(device)) {
      refuse("LibTorch has no flash attention in bf16 for " + device.str() + " (" + *reason +
             "); take runtime.precision = fp32, or runtime.engine = plain or auto");
    }
  }
}

bool bf16IsFast(EngineKind kind, const at::Device& device) {
  // LibTorch's products take the CPU's best instructions whatever set the own kernels were told to use.
  if (kind == EngineKind::kFused) return hasFastBf16(availableInstructionSets().back());
  return kind == EngineKind::kFlash && device.is_cuda();
}

}  // namespace

const char* engineName(EngineKind kind) {
  switch (kind) {
    case EngineKind::kPlain:
      return "plain";
    case EngineKind::kFused:
      return "fused";
    case EngineKind::kFlash:
      return "flash";
  }
  return "";
}
const char* precisionName(Precision precision) { return precision == Precision::kFp32 ? "fp32" : "bf16"; }
const char* productsName(Products products) { return products == Products::kOwn ? "own" : "libtorch"; }

EngineChoice chooseEngine(const EngineRequest& request, const at::Device& device) {
  const EngineKind kind = request.kind.value_or(bestKind(device));
  requirePossible(kind, request.precision, device);
  const Precision precision = request.precision.value_or(bf16IsFast(kind, device) ? Precision::kBf16 : Precision::kFp32);
  const Products products = kind == EngineKind::kFused ? request.products.value_or(bestProducts(precision)) : Products::kLibtorch;
  return {kind, precision, products, request.firstTokensOnly};
}

}  // namespace bornagain
