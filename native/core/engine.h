// How a session computes. An engine turns a batch into an updated model or into outputs; the session owns thread, queue and state. Every
// engine is held to the plain one by the same tests.
#pragma once

#include <memory>
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

  // Forward, weighted loss, backward, clip, AdamW. When it throws, parameters and optimizer state are those of the last finished step.
  virtual StepOutcome step(const Batch& batch, const StepOptions& options, const Interrupt& interrupt) = 0;

  // Outputs of all examples end to end (outputOffsets), without dropout.
  virtual std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) = 0;
};

// The engine that composes LibTorch's operations with autograd, on any device. `optimizer` holds the model's parameters and outlives it.
std::unique_ptr<Engine> makePlainEngine(Model model, AdamW& optimizer);

}  // namespace bornagain
