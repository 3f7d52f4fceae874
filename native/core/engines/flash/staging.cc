#include "core/engines/flash/staging.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace bornagain::flash {

namespace {

int64_t roundUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

int64_t bucketStep(int64_t tokens) {
  return std::max<int64_t>(kPaddingLength, static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(tokens - 1) | 1U)) / 8);
}

}  // namespace

int64_t tokenBucket(int64_t tokens) { return roundUp(tokens, bucketStep(tokens)); }

BatchShape shapeOf(const TokenBatch& batch) {
  const int64_t tokens = batch.tokens();
  int64_t longest = kPaddingLength;
  for (int64_t b = 0; b < batch.sequences(); ++b) longest = std::max<int64_t>(longest, batch.offsets[b + 1] - batch.offsets[b]);
  // As many segments as the most padding of the bucket needs, so that their number depends on the bucket alone.
  const int64_t segments = batch.sequences() + bucketStep(tokens) / kPaddingLength;
  return {tokenBucket(tokens), batch.sequences(), segments, static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(longest)))};
}

// Writes the parts of a block one after the other, in the order in which view() takes them.
struct Staging::Writer {
  int32_t* next;

  int32_t* integers(int64_t count) {
    int32_t* part = next;
    next += count;
    return part;
  }
  float* floats(int64_t count) { return reinterpret_cast<float*>(integers(count)); }
};

Staging::Staging(const Model& model, const at::Device& device)
    : firstColumns_{0}, options_(at::TensorOptions(at::kInt).pinned_memory(device.is_cuda())) {
  for (const auto& head : model.heads) {
    firstColumns_.push_back(firstColumns_.back() + head->config().outputs);
    keptShares_.push_back(1 - head->config().dropout);
  }
}

int64_t Staging::words(const BatchShape& shape) const {
  return 3 * shape.tokens + shape.sequences + 2 * (shape.segments + 1) + 2 * shape.sequences * (1 + firstColumns_.back()) + 2;
}

at::Tensor Staging::fill(const Batch& batch, const BatchShape& shape, const StepControls& controls) {
  const int64_t count = words(shape);
  if (!block_.defined() || block_.numel() < count) block_ = at::empty({count}, options_);
  Writer writer{block_.data_ptr<int32_t>()};
  fillTokens(batch.tokens, shape, writer);
  fillExamples(batch, writer);
  float* scalars = writer.floats(2);
  scalars[0] = static_cast<float>(controls.learningRate);
  scalars[1] = static_cast<float>(controls.correctionSteps);
  return block_.narrow(0, 0, count);
}

void Staging::fillTokens(const TokenBatch& batch, const BatchShape& shape, Writer& writer) const {
  const int64_t t = shape.tokens, b = shape.sequences, real = batch.tokens();
  int32_t* tokenIds = writer.integers(t);
  int32_t* typeIds = writer.integers(t);
  int32_t* positions = writer.integers(t);
  std::fill(std::copy(batch.tokenIds.begin(), batch.tokenIds.end(), tokenIds), tokenIds + t, 0);
  std::fill(std::copy(batch.typeIds.begin(), batch.typeIds.end(), typeIds), typeIds + t, 0);
  std::copy(batch.offsets.begin(), batch.offsets.end() - 1, writer.integers(b));
  int32_t* tokenOffsets = writer.integers(shape.segments + 1);
  int32_t* firstOffsets = writer.integers(shape.segments + 1);
  std::copy(batch.offsets.begin(), batch.offsets.end(), tokenOffsets);
  for (int64_t s = b + 1; s <= shape.segments; ++s) {
    tokenOffsets[s] = static_cast<int32_t>(std::min(t, real + (s - b) * kPaddingLength));
  }
  for (int64_t s = 0; s <= shape.segments; ++s) firstOffsets[s] = static_cast<int32_t>(std::min(s, b));
  for (int64_t i = 0; i < b; ++i) {
    for (int32_t j = tokenOffsets[i]; j < tokenOffsets[i + 1]; ++j) positions[j] = j - tokenOffsets[i];
  }
  std::fill(positions + real, positions + t, 0);
}

void Staging::fillExamples(const Batch& batch, Writer& writer) const {
  const auto b = static_cast<int64_t>(batch.taskIds.size());
  const int64_t columns = firstColumns_.back();
  float* weights = writer.floats(b);
  float* kept = writer.floats(b);
  float* targets = writer.floats(b * columns);
  float* active = writer.floats(b * columns);
  std::fill(std::copy(batch.weights.begin(), batch.weights.end(), weights), weights + b, 0.0F);
  std::fill(targets, targets + b * columns, 0.0F);
  std::fill(active, active + b * columns, 0.0F);
  auto target = batch.targets.begin();
  for (int64_t i = 0; i < b; ++i) {
    const uint8_t task = batch.taskIds[i];
    const int64_t first = i * columns + firstColumns_[task], count = firstColumns_[task + 1] - firstColumns_[task];
    kept[i] = static_cast<float>(keptShares_[task]);
    std::fill_n(active + first, count, 1.0F);
    if (batch.targets.empty()) continue;
    std::copy_n(target, count, targets + first);
    target += count;
  }
}

DeviceBatch Staging::view(const at::Tensor& block, const BatchShape& shape) const {
  int64_t next = 0;
  const auto integers = [&](int64_t count) {
    const at::Tensor part = block.narrow(0, next, count);
    next += count;
    return part;
  };
  const auto floats = [&](int64_t rows, int64_t width) { return integers(rows * width).view(at::kFloat).view({rows, width}); };
  const int64_t b = shape.sequences, columns = firstColumns_.back();
  DeviceBatch batch;
  batch.shape = shape;
  batch.tokenIds = integers(shape.tokens);
  batch.typeIds = integers(shape.tokens);
  batch.positions = integers(shape.tokens);
  batch.firstTokens = integers(b);
  batch.tokenOffsets = integers(shape.segments + 1);
  batch.firstOffsets = integers(shape.segments + 1);
  batch.weights = floats(b, 1);
  batch.keptShare = floats(b, 1);
  batch.targets = floats(b, columns);
  batch.active = floats(b, columns);
  batch.learningRate = floats(1, 1).view({1});
  batch.correctionSteps = floats(1, 1).view({1});
  return batch;
}

}  // namespace bornagain::flash
