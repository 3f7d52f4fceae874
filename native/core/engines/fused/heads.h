// The heads and the loss on the pooled vectors, forward and backward, in fp32. Small work: a few outputs per example.
#pragma once

#include <vector>

#include "core/batch.h"
#include "core/engines/fused/weights.h"

namespace bornagain::fused {

class HeadPass {
 public:
  HeadPass(const Model& model, std::vector<HeadWeights>& weights, const ElementwiseKernels<float>& kernels);

  // Outputs of all examples end to end, at the places of outputOffsets. pooled [B, h].
  const std::vector<float>& forward(const Batch& batch, const float* pooled, const Dropout& dropout);

  // Unweighted losses [B] of the forward call's outputs.
  std::vector<float> losses(const Batch& batch) const;

  // The gradient of the weighted sum of the losses: of the heads that have examples , and of the pooled vectors [B, h].
  const float* backward(const Batch& batch);

  // [heads] 1 for a head that has examples in the batch.
  [[nodiscard]] const std::vector<char>& touched() const { return touched_; }

 private:
  void outputGradients(const Batch& batch);

  const Model& model_;
  std::vector<HeadWeights>& weights_;
  const ElementwiseKernels<float>& kernels_;
  int64_t hidden_;
  std::vector<int64_t> offsets_;
  std::vector<float> outputs_;
  std::vector<float> outputGradients_;  // of what comes before a sigmoid
  std::vector<char> touched_;
  std::vector<MaskSpec> masks_;   // [heads]
  Buffer<float> dropped_;         // [B, h] pooled vectors after dropout
  Buffer<float> pooledGradient_;  // [B, h]
};

}  // namespace bornagain::fused
