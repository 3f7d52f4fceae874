// LibTorch's generator of a device, which its dropout and its flash attention draw from, seeded for one step: what a step drops is a
// function of seed and step, so a run goes on after an interruption to the same bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <mutex>

#include "core/dropout.h"

namespace bornagain::flash {

// While this lives the generator is the step's: sessions that share a device take turns, and its former state comes back at the end. Code
// outside sessions that draws from the generator meanwhile would change what is dropped.
class SeededGenerator {
 public:
  SeededGenerator(const at::Device& device, const DropoutKey& key);
  SeededGenerator(const SeededGenerator&) = delete;
  SeededGenerator& operator=(const SeededGenerator&) = delete;
  ~SeededGenerator();

 private:
  std::unique_lock<std::mutex> turn_;
  at::Generator generator_;
  at::Tensor before_;
};

}  // namespace bornagain::flash
