// What a batch's shape decides, computed once a step: positions, who attends to whom and in which order, and which rows of the embedding
// tables get gradients from which tokens.
#pragma once

#include <cstdint>
#include <vector>

#include "core/packed.h"

namespace bornagain::fused {

// Rows of a table and, for each, the tokens that used it: row i is rows[i], its tokens are tokens[starts[i] .. starts[i + 1]).
struct RowUses {
  std::vector<int32_t> rows;
  std::vector<int32_t> starts;
  std::vector<int32_t> tokens;

  [[nodiscard]] int64_t count() const { return static_cast<int64_t>(rows.size()); }
};

struct BatchPlan {
  int64_t tokens = 0;
  int64_t sequences = 0;
  std::vector<int32_t> firstTokens;         // [B]
  std::vector<int32_t> lengths;             // [B]
  std::vector<int32_t> longestFirst;        // [B]
  std::vector<int64_t> probabilityOffsets;  // [B] of a head's probabilities, in elements, times heads
  int64_t probabilities = 0;                // elements of one layer and head, all sequences
  int64_t maxLength = 0;
  std::vector<int32_t> positions;  // [T]
  RowUses words;
  RowUses positionRows;
  RowUses types;

  // `training`: also the uses.
  void build(const TokenBatch& batch, bool training);

 private:
  void buildUses(const TokenBatch& batch);
  std::vector<uint64_t> sorted_;
  std::vector<int32_t> counts_;
};

}  // namespace bornagain::fused
