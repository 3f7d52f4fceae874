// How a session computes. An engine turns a batch into an updated model or into outputs; the session owns thread, queue and state. Every
// engine is held to the plain one by the same tests.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/adamw.h"
#include "core/batch.h"
#include "core/module.h"

namespace bornagain {

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  // Forward, weighted loss, backward, clip, AdamW. The batch comes whole or in micro-batches, whose gradients are summed: the loss is the
  // weighted sum over all of them. When it throws, parameters and optimizer state are those of the last finished step.
  virtual StepOutcome step(const std::vector<Batch>& batches, const StepOptions& options, const Interrupt& interrupt) = 0;

  // Outputs of all examples end to end (outputOffsets), without dropout.
  virtual std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) = 0;
};

enum class EngineKind { kPlain, kFused, kFlash };
enum class Precision { kFp32, kBf16 };
// Who multiplies the matrices of the linear layers in the fused engine: LibTorch, or the own kernels of core/kernels.
enum class Products { kLibtorch, kOwn };

// What a user asks for; no value: whatever is best here.
struct EngineRequest {
  std::optional<EngineKind> kind;
  std::optional<Precision> precision;
  std::optional<Products> products;
  bool firstTokensOnly = true;  // fused, flash: the last layer computes its output at [CLS] alone. Exact, since nothing else is read.
};

struct EngineChoice {
  EngineKind kind;
  Precision precision;  // of matrix products; everything else is fp32
  Products products;
  bool firstTokensOnly;
};

// Fused on the CPU, flash on a CUDA device that computes flash attention in bf16, plain elsewhere; bf16 only in the fused and the flash
// engine and, unless asked for, only where the hardware computes it; own products where they have an instruction set for the precision.
// Throws ERR_INVALID_ARGUMENT for what cannot be had.
EngineChoice chooseEngine(const EngineRequest& request, const at::Device& device);

// Their names in options and reports: "plain", "fused", "flash"; "fp32", "bf16"; "libtorch", "own".
const char* engineName(EngineKind kind);
const char* precisionName(Precision precision);
const char* productsName(Products products);

// The engine that composes LibTorch's operations with autograd, on any device. `optimizer` holds the model's parameters and outlives it.
std::unique_ptr<Engine> makePlainEngine(Model model, AdamW& optimizer);

// The engine with forward and backward written out, on the CPU.
std::unique_ptr<Engine> makeFusedEngine(Model model, AdamW& optimizer, const EngineChoice& choice);

// The engine for CUDA: LibTorch's operations in a sequence that never waits for the device, around its flash attention. On the CPU, where
// that attention is composed of operations, it is there to be tested.
std::unique_ptr<Engine> makeFlashEngine(Model model, AdamW& optimizer, const EngineChoice& choice);

}  // namespace bornagain
