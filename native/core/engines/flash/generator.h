// LibTorch's generator of a device, which its dropout and its flash attention draw from, seeded for one step: what a step drops is a
// function of seed and step, so a run goes on after an interruption to the same bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/dropout.h"

namespace bornagain::flash {

// While this lives the generator is the step's; its former state comes back at the end. The caller has the device's turn (stream.h) until
// the device is done: before LibTorch 2.13 all graphs of a device read the seed from the same memory, which every replay writes. Code
// outside sessions that draws from the generator meanwhile would change what is dropped.
class SeededGenerator {
 public:
  SeededGenerator(const at::Device& device, const DropoutKey& key);
  SeededGenerator(const SeededGenerator&) = delete;
  SeededGenerator& operator=(const SeededGenerator&) = delete;
  ~SeededGenerator();

 private:
  at::Generator generator_;
  at::Tensor before_;
};

}  // namespace bornagain::flash
