// A training batch on the host, as it crossed the boundary, and what a step gives back. Native code knows nothing of teachers: it receives
// soft targets and weights.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/bert.h"
#include "core/head.h"
#include "core/packed.h"

namespace bornagain {

struct Batch {
  TokenBatch tokens;
  std::vector<uint8_t> taskIds;  // [B] index into the heads
  std::vector<float> targets;    // per example end to end: a distribution over the head's classes, or one scalar; empty for evaluation
  std::vector<float> weights;    // [B]; empty for evaluation
};

struct StepOptions {
  double learningRate;
  DropoutKey dropout;
};

struct StepOutcome {
  double loss;                // sum of weight times loss
  std::vector<float> losses;  // [B] unweighted, of all micro-batches; where the loss is not finite, up to the one that made it so
  double gradientNorm;        // before clipping; NaN when the loss is not finite
  bool updated;               // false: the loss or a gradient is not finite, and the parameters are untouched
};

// The masks of one of a step's micro-batches. Those of the first are the whole batch's; rows of different micro-batches share none.
DropoutKey microBatchKey(const DropoutKey& key, size_t microBatch);

// Encoder and heads, shared between a session and whoever made them.
struct Model {
  std::shared_ptr<Bert> encoder;
  std::vector<std::shared_ptr<Head>> heads;
};

// Where each example's outputs or targets stand in the concatenation: [B + 1]. Throws ERR_INVALID_ARGUMENT for a task without a head.
std::vector<int64_t> outputOffsets(const Model& model, const std::vector<uint8_t>& taskIds);

// Checks what token validation does not: lengths of taskIds, targets and weights, and that targets and weights are finite. Throws
// ERR_INVALID_ARGUMENT naming the example.
void validateBatch(const Model& model, const Batch& batch, bool training);

// The examples of each head that has any, by their places in the batch.
std::vector<std::vector<int64_t>> examplesByHead(const Model& model, const std::vector<uint8_t>& taskIds);

}  // namespace bornagain
