#include "core/engines/fused/sums.h"

#include <algorithm>

namespace bornagain::fused {

void addPartials(int64_t parts, int64_t stride, int64_t columns, const float* partials, float* out) {
  std::fill(out, out + columns, 0.0F);
  for (int64_t p = 0; p < parts; ++p) {
    const float* row = partials + p * stride;
    for (int64_t c = 0; c < columns; ++c) out[c] += row[c];
  }
}

}  // namespace bornagain::fused
