// How the tests call layer norms.
#pragma once

#include <cstdint>
#include <vector>

#include "elementwise_setting.h"

namespace bornagain::test {

// BERT's, as the engine hands it on.
constexpr float kEpsilon = 1e-12F;
constexpr double kRate = 0.1;
inline DropoutSite site() { return DropoutSite::numbered(9); }

// The tokens that rows stand for; of gathered rows every second one.
inline std::vector<int32_t> tokensOf(int64_t rows, bool gathered) {
  std::vector<int32_t> tokens(rows);
  for (int64_t r = 0; r < rows; ++r) tokens[r] = static_cast<int32_t>(gathered ? 2 * r + 1 : r);
  return tokens;
}

inline at::Tensor dropped(const at::Tensor& x, const std::vector<int32_t>& tokens, double rate) {
  return applyDropout(x, kMaskKey, site(), {tokens.begin(), tokens.end()}, rate);
}

}  // namespace bornagain::test
