// Clip and AdamW without waiting for the device: norm, clip, learning rate and the decision whether to update at all stay there.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/adamw.h"
#include "core/engines/flash/staging.h"
#include "core/engines/flash/weights.h"

namespace bornagain::flash {

class OptimizerPass {
 public:
  // `optimizer` outlives the pass.
  OptimizerPass(AdamW& optimizer, const at::Device& device);

  // What a batch must carry for the next step: the rate, and the number that bias correction counts. at::_fused_adamw_ always corrects;
  // 1 - beta^infinity = 1 is how it does not.
  [[nodiscard]] StepControls controls(double learningRate) const;

  // One step of adamw.h's AdamW::step. Returns the gradients' global norm, a scalar. Where it or `loss` is not finite nothing is updated.
  at::Tensor step(const Gradients& gradients, const at::Tensor& loss, const DeviceBatch& batch);

 private:
  // Parameters of one learning rate and weight decay.
  struct Group {
    double weightDecay;
    std::vector<size_t> places;
    std::vector<at::Tensor> values;
    std::vector<at::Tensor> first;
    std::vector<at::Tensor> second;
  };

  AdamW& optimizer_;
  std::vector<Group> groups_;
  at::Tensor scales_;  // [groups] of the learning rate
};

}  // namespace bornagain::flash
