// A batch as the flash engine takes it to the device: everything in one block of 32-bit words, so that it is one copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/batch.h"

namespace bornagain::flash {

// What decides the shapes of all tensors of a step. Two batches of the same shape run the same operations.
//
// The packed tokens are padded to a bucket. The padding belongs to sequences of its own, each of at most kPaddingLength tokens, which
// nothing reads: rows outside every sequence would be uninitialised after attention and spoil the weights' gradients.
struct BatchShape {
  int64_t tokens;     // padded
  int64_t sequences;  // of the batch, B
  int64_t segments;   // B, and the sequences of padding after them; those may be empty
  int64_t maxLength;  // of a segment, rounded up

  auto operator<=>(const BatchShape&) const = default;
};

constexpr int64_t kPaddingLength = 64;

// Multiples of 64 up to 1,024 tokens, then eight sizes to each doubling: at most an eighth of padding, and few different shapes.
int64_t tokenBucket(int64_t tokens);

BatchShape shapeOf(const TokenBatch& batch);

// A batch on the device. Columns: the outputs of all heads side by side, O of them. All integers are int32.
struct DeviceBatch {
  BatchShape shape;
  at::Tensor tokenIds;         // [T]
  at::Tensor typeIds;          // [T]
  at::Tensor positions;        // [T]
  at::Tensor firstTokens;      // [B]
  at::Tensor tokenOffsets;     // [S + 1] of the segments
  at::Tensor firstOffsets;     // [S + 1] the same where each sequence is its first token alone, and padding is empty
  at::Tensor weights;          // [B, 1]
  at::Tensor keptShare;        // [B, 1]: 1 - the dropout rate of the example's head
  at::Tensor targets;          // [B, O], zero outside the example's head
  at::Tensor active;           // [B, O], 1 in the example's head, else 0
  at::Tensor learningRate;     // [1]
  at::Tensor correctionSteps;  // [1]: what AdamW's bias correction counts, infinity for none
};

struct StepControls {
  double learningRate;
  double correctionSteps;
};

class Staging {
 public:
  // `device` decides whether the block is pinned.
  Staging(const Model& model, const at::Device& device);

  // Fills the block with a validated batch and returns it, int32 on the host. It is the same memory in every call. Evaluation has no
  // targets.
  at::Tensor fill(const Batch& batch, const BatchShape& shape, const StepControls& controls);

  // The parts of a block of this shape, on whatever device it is.
  [[nodiscard]] DeviceBatch view(const at::Tensor& block, const BatchShape& shape) const;

  [[nodiscard]] int64_t words(const BatchShape& shape) const;

 private:
  struct Writer;
  void fillTokens(const TokenBatch& batch, const BatchShape& shape, Writer& writer) const;
  void fillExamples(const Batch& batch, Writer& writer) const;

  std::vector<int64_t> firstColumns_;  // [heads + 1]
  std::vector<double> keptShares_;     // [heads]
  at::TensorOptions options_;
  at::Tensor block_;
};

}  // namespace bornagain::flash
