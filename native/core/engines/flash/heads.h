// All heads and the loss, in fp32. Every head computes every example, as one product, and what belongs to another head's example is masked:
// how many examples a task has in a batch then changes no shape. Heads are so small that this costs nothing.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/engines/flash/staging.h"
#include "core/engines/flash/weights.h"

namespace bornagain::flash {

struct Losses {
  at::Tensor examples;  // [B] unweighted
  at::Tensor total;     // scalar, the weighted sum
};

class HeadPass {
 public:
  // `weights` outlives the pass.
  HeadPass(const Model& model, const Weights& weights);

  // pooled [B, h] to the outputs of all heads [B, O], where the columns of other tasks' heads mean nothing.
  at::Tensor forward(const DeviceBatch& batch, const at::Tensor& pooled, bool training);

  // Of the last forward pass's outputs.
  Losses losses(const DeviceBatch& batch);

  // Returns the gradient of the pooled vectors.
  at::Tensor backward(Gradients& gradients) const;

  // Lets go of what the forward pass kept for the backward one.
  void forget();

  // Columns of each head: firstColumns()[i] .. firstColumns()[i + 1].
  [[nodiscard]] const std::vector<int64_t>& firstColumns() const { return firstColumns_; }

 private:
  struct Slice {
    HeadKind kind;
    bool sigmoid;
    int64_t begin;
    int64_t count;
  };
  // Loss [B] and gradient of the columns [B, count] of one head.
  struct SliceLoss {
    at::Tensor losses;
    at::Tensor gradient;
  };
  [[nodiscard]] SliceLoss sliceLoss(const DeviceBatch& batch, const Slice& slice) const;

  const Weights& weights_;
  std::vector<Slice> slices_;
  std::vector<int64_t> firstColumns_{0};
  bool dropout_ = false;
  at::Tensor stacked_;   // [O, h] weights of all heads
  at::Tensor pooled_;    // [B, h] after dropout
  at::Tensor kept_;      // [B, h] the mask, with its scale; undefined without dropout
  at::Tensor outputs_;   // [B, O]
  at::Tensor gradient_;  // [B, O] of the outputs
};

}  // namespace bornagain::flash
