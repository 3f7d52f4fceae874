#include "core/engines/fused/plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/kernels/elementwise.h"

namespace bornagain::fused {

namespace {

// Groups the tokens by key, both ascending. `sorted` is scratch.
template <typename Key>
void groupTokens(const std::vector<Key>& keys, std::vector<uint64_t>& sorted, RowUses& uses) {
  sorted.resize(keys.size());
  for (size_t t = 0; t < keys.size(); ++t) sorted[t] = static_cast<uint64_t>(keys[t]) << 32 | t;
  std::sort(sorted.begin(), sorted.end());
  uses.rows.clear();
  uses.starts.clear();
  uses.tokens.resize(keys.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    const auto key = static_cast<int32_t>(sorted[i] >> 32);
    if (uses.rows.empty() || uses.rows.back() != key) {
      uses.rows.push_back(key);
      uses.starts.push_back(static_cast<int32_t>(i));
    }
    uses.tokens[i] = static_cast<int32_t>(sorted[i]);
  }
  uses.starts.push_back(static_cast<int32_t>(sorted.size()));
}

// The same for few different keys, by counting. `counts` is scratch.
template <typename Key>
void groupByCounting(const std::vector<Key>& keys, int64_t bound, std::vector<int32_t>& counts, RowUses& uses) {
  counts.assign(bound, 0);
  for (const Key key : keys) ++counts[key];
  uses.rows.clear();
  uses.starts.clear();
  int32_t next = 0;
  for (int32_t key = 0; key < bound; ++key) {
    if (counts[key] == 0) continue;
    uses.rows.push_back(key);
    uses.starts.push_back(next);
    next += std::exchange(counts[key], next);
  }
  uses.starts.push_back(next);
  uses.tokens.resize(keys.size());
  for (size_t t = 0; t < keys.size(); ++t) uses.tokens[counts[keys[t]]++] = static_cast<int32_t>(t);
}

}  // namespace

void BatchPlan::build(const TokenBatch& batch, bool training) {
  tokens = batch.tokens();
  sequences = batch.sequences();
  firstTokens.assign(batch.offsets.begin(), batch.offsets.end() - 1);
  lengths.resize(sequences);
  longestFirst.resize(sequences);
  probabilityOffsets.resize(sequences);
  positions.resize(tokens);
  probabilities = 0;
  maxLength = 0;
  for (int64_t b = 0; b < sequences; ++b) {
    lengths[b] = batch.offsets[b + 1] - batch.offsets[b];
    probabilityOffsets[b] = probabilities;
    probabilities += lengths[b] * probabilityLd(lengths[b]);
    maxLength = std::max<int64_t>(maxLength, lengths[b]);
    std::iota(positions.begin() + batch.offsets[b], positions.begin() + batch.offsets[b + 1], 0);
  }
  std::iota(longestFirst.begin(), longestFirst.end(), 0);
  std::sort(longestFirst.begin(), longestFirst.end(),
            [&](int32_t a, int32_t b) { return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b; });
  if (training) buildUses(batch);
}

void BatchPlan::buildUses(const TokenBatch& batch) {
  groupTokens(batch.tokenIds, sorted_, words);
  groupByCounting(positions, maxLength, counts_, positionRows);
  groupByCounting(batch.typeIds, 256, counts_, types);
}

}  // namespace bornagain::fused
