// What the tests of both kinds of attention compute with.
#pragma once

#include <cstdint>
#include <vector>

#include "core/dropout.h"
#include "core/dropout_hash.h"
#include "core/kernels/mask_spec.h"

namespace bornagain::test {

struct Setting {
  std::vector<int64_t> lengths;
  int64_t heads;
  int64_t headSize;
  double rate;
};

constexpr DropoutKey kKey{11, 5};
constexpr int64_t kLayer = 2;

inline MaskSpec maskOf(const Setting& s) {
  return {dropoutSiteKey(kKey.seed, kKey.step, DropoutSite::attentionProbabilities(kLayer).id()), dropoutThreshold(s.rate),
          static_cast<float>(1 / (1 - s.rate))};
}

}  // namespace bornagain::test
