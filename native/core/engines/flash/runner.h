// How a step's operations reach the device: one by one, or recorded once for each shape and replayed.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "core/engines/flash/staging.h"
#include "core/module.h"

namespace bornagain::flash {

// Computes a step from a batch's block on the device and returns its results there. Nothing in it waits for the device, and it reads
// nothing that changes from step to step but the block, the parameters and the generator.
using StepBody = std::function<at::Tensor(const at::Tensor& block, const Interrupt& interrupt)>;

class StepRunner {
 public:
  StepRunner() = default;
  StepRunner(const StepRunner&) = delete;
  StepRunner& operator=(const StepRunner&) = delete;
  virtual ~StepRunner() = default;

  // `staged`: the block on the host. The result is valid until the next call.
  virtual at::Tensor run(const BatchShape& shape, const at::Tensor& staged, const StepBody& body, const Interrupt& interrupt) = 0;

  // Gives the device's memory back that it keeps from step to step, for good. Returns whether there was any.
  virtual bool makeRoom() { return false; }
};

std::unique_ptr<StepRunner> makeDirectRunner(const at::Device& device);

// CUDA graphs. Built where CMake finds the headers of the CUDA runtime (graphs/recorded.cc); elsewhere there is none (graphs/absent.cc).
bool graphsBuilt();
// Only where graphsBuilt(). `device` is a CUDA device.
std::unique_ptr<StepRunner> makeGraphRunner(const at::Device& device);

}  // namespace bornagain::flash
