// A packed batch: all sequences end to end, no padding. Linear layers and norms work on [T, ...] rows; only attention needs to know where
// a sequence ends, and gets its sequences in groups of similar length.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace bornagain {

// Host-side inputs as they come over the boundary. T tokens, B sequences.
struct TokenBatch {
  std::vector<int32_t> tokenIds;  // [T]
  std::vector<uint8_t> typeIds;   // [T]
  std::vector<int32_t> offsets;   // [B + 1]

  [[nodiscard]] int64_t tokens() const { return static_cast<int64_t>(tokenIds.size()); }
  [[nodiscard]] int64_t sequences() const { return static_cast<int64_t>(offsets.size()) - 1; }
};

// Limits a batch must keep, taken from the model.
struct TokenLimits {
  int64_t vocabSize;
  int64_t maxPositions;
  int64_t typeVocabSize;
};

// Throws ERR_INVALID_ARGUMENT (lengths, offsets, types), ERR_VOCABULARY or ERR_SEQUENCE_TOO_LONG, naming the sequence and the position.
void validateTokens(const TokenBatch& batch, const TokenLimits& limits);

// Sequences of similar length that attention computes together, padded to the longest of them. A slot is a place in such a padded block.
struct AttentionGroup {
  int64_t sequences;
  int64_t length;                        // of the longest
  at::Tensor keyBias;                    // [sequences, 1, 1, length]: 0, or -inf where the key is padding; undefined without padding
  std::vector<int64_t> probabilityRows;  // [sequences * heads * length]: dropout counters of the rows of the probabilities
};

// The batch on the model's device, and the way between packed rows and the slots of all groups, end to end. S slots, S >= T.
struct PackedTokens {
  at::Tensor tokenIds;     // [T] int64
  at::Tensor typeIds;      // [T] int64
  at::Tensor positionIds;  // [T] int64, counted from 0 in each sequence
  at::Tensor firstTokens;  // [B] int64: row of each sequence's [CLS]
  std::vector<AttentionGroup> groups;
  at::Tensor tokenOfSlot;          // [S] int64; a padding slot repeats its sequence's first token
  at::Tensor slotOfToken;          // [T] int64
  at::Tensor realSlots;            // [S, 1]: 1, or 0 for a padding slot
  std::vector<int64_t> tokenRows;  // 0 .. T - 1, the dropout counters of packed rows
};

PackedTokens packTokens(const TokenBatch& batch, int64_t heads, const at::TensorOptions& floatOptions);

}  // namespace bornagain
