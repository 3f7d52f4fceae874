#include "core/packed.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "core/error.h"

namespace bornagain {

namespace {

// A sequence joins a group while padding to the group's longest costs it at most this share (in eighths) of extra slots; fewer, larger
// groups cost fewer operations, more padding costs more arithmetic.
constexpr int64_t kPaddingEighths = 2;

void validateOffsets(const TokenBatch& batch) {
  if (batch.offsets.size() < 2)
    throw Error("ERR_INVALID_ARGUMENT", "the batch is empty: offsets must hold one entry more than there are sequences");
  if (batch.offsets.front() != 0)
    throw Error("ERR_INVALID_ARGUMENT", "offsets must start at 0, not at " + std::to_string(batch.offsets.front()));
  for (size_t b = 1; b < batch.offsets.size(); ++b) {
    if (batch.offsets[b] <= batch.offsets[b - 1]) {
      throw Error("ERR_INVALID_ARGUMENT",
                  "offsets must increase: sequence " + std::to_string(static_cast<int64_t>(b) - 1) + " has no tokens");
    }
  }
  if (batch.offsets.back() != batch.tokens()) {
    throw Error("ERR_INVALID_ARGUMENT", "the last offset is " + std::to_string(batch.offsets.back()) + " but there are " +
                                            std::to_string(batch.tokens()) + " token ids");
  }
  if (batch.typeIds.size() != batch.tokenIds.size()) {
    throw Error("ERR_INVALID_ARGUMENT", "typeIds has " + std::to_string(static_cast<int64_t>(batch.typeIds.size())) + " entries for " +
                                            std::to_string(batch.tokens()) + " tokens");
  }
}

std::vector<std::vector<int64_t>> groupByLength(const TokenBatch& batch) {
  std::vector<int64_t> order(batch.sequences());
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](int64_t b) { return batch.offsets[b + 1] - batch.offsets[b]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return length(a) > length(b); });
  std::vector<std::vector<int64_t>> groups;
  for (const int64_t b : order) {
    if (groups.empty() || int64_t{length(groups.back().front())} * 8 > int64_t{length(b)} * (8 + kPaddingEighths)) groups.emplace_back();
    groups.back().push_back(b);
  }
  return groups;
}

at::Tensor toDevice(const std::vector<int64_t>& values, const at::Device& device) { return at::tensor(values, at::kLong).to(device); }

// Lays the members of one group into slots and notes where each token went.
struct SlotLayout {
  std::vector<int64_t> tokenOfSlot;
  std::vector<int64_t> slotOfToken;
  std::vector<float> real;
};

AttentionGroup makeGroup(const TokenBatch& batch, const std::vector<int64_t>& members, int64_t heads, SlotLayout& layout,
                         const at::TensorOptions& floatOptions) {
  AttentionGroup group;
  group.sequences = static_cast<int64_t>(members.size());
  group.length = batch.offsets[members.front() + 1] - batch.offsets[members.front()];
  at::Tensor bias = at::zeros({group.sequences, 1, 1, group.length}, at::kFloat);
  auto* biasData = bias.data_ptr<float>();
  bool padded = false;
  for (int64_t m = 0; m < group.sequences; ++m) {
    const int64_t begin = batch.offsets[members[m]];
    const int64_t length = batch.offsets[members[m] + 1] - begin;
    for (int64_t i = 0; i < group.length; ++i) {
      const bool real = i < length;
      if (real) layout.slotOfToken[begin + i] = static_cast<int64_t>(layout.tokenOfSlot.size());
      layout.tokenOfSlot.push_back(real ? begin + i : begin);
      layout.real.push_back(real ? 1.0F : 0.0F);
      if (!real) biasData[m * group.length + i] = -std::numeric_limits<float>::infinity();
      padded = padded || !real;
    }
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < group.length; ++i) group.probabilityRows.push_back((begin + std::min(i, length - 1)) * heads + head);
    }
  }
  if (padded) group.keyBias = bias.to(floatOptions.device(), floatOptions.dtype().toScalarType());
  return group;
}

}  // namespace

void validateTokens(const TokenBatch& batch, const TokenLimits& limits) {
  validateOffsets(batch);
  for (int64_t b = 0; b < batch.sequences(); ++b) {
    const int64_t length = batch.offsets[b + 1] - batch.offsets[b];
    if (length > limits.maxPositions) {
      throw Error("ERR_SEQUENCE_TOO_LONG", "sequence " + std::to_string(b) + " of the batch has " + std::to_string(length) +
                                               " tokens, but the model has " + std::to_string(limits.maxPositions) +
                                               " positions; truncate it (data.maxLength)");
    }
    for (int64_t i = 0; i < length; ++i) {
      const int64_t t = batch.offsets[b] + i;
      if (batch.tokenIds[t] < 0 || batch.tokenIds[t] >= limits.vocabSize) {
        throw Error("ERR_VOCABULARY", "token id " + std::to_string(batch.tokenIds[t]) + " at position " + std::to_string(i) +
                                          " of sequence " + std::to_string(b) + " is outside the model's vocabulary of " +
                                          std::to_string(limits.vocabSize) + "; the tokeniser and the model do not belong together");
      }
      if (batch.typeIds[t] >= limits.typeVocabSize) {
        throw Error("ERR_INVALID_ARGUMENT", "type id " + std::to_string(batch.typeIds[t]) + " at position " + std::to_string(i) +
                                                " of sequence " + std::to_string(b) + ", but the model has " +
                                                std::to_string(limits.typeVocabSize) + " token types");
      }
    }
  }
}

PackedTokens packTokens(const TokenBatch& batch, int64_t heads, const at::TensorOptions& floatOptions) {
  const at::Device device = floatOptions.device();
  PackedTokens packed;
  std::vector<int64_t> positions;
  for (int64_t b = 0; b < batch.sequences(); ++b) {
    for (int64_t t = batch.offsets[b]; t < batch.offsets[b + 1]; ++t) positions.push_back(t - batch.offsets[b]);
  }
  packed.tokenIds = toDevice({batch.tokenIds.begin(), batch.tokenIds.end()}, device);
  packed.typeIds = toDevice({batch.typeIds.begin(), batch.typeIds.end()}, device);
  packed.positionIds = toDevice(positions, device);
  packed.firstTokens = toDevice({batch.offsets.begin(), batch.offsets.end() - 1}, device);
  SlotLayout layout;
  layout.slotOfToken.resize(batch.tokens());
  for (const auto& members : groupByLength(batch)) packed.groups.push_back(makeGroup(batch, members, heads, layout, floatOptions));
  packed.tokenOfSlot = toDevice(layout.tokenOfSlot, device);
  packed.slotOfToken = toDevice(layout.slotOfToken, device);
  packed.realSlots = at::tensor(layout.real, at::kFloat).unsqueeze(1).to(device, floatOptions.dtype().toScalarType());
  packed.tokenRows.resize(batch.tokens());
  std::iota(packed.tokenRows.begin(), packed.tokenRows.end(), 0);
  return packed;
}

}  // namespace bornagain
