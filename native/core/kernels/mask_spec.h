#pragma once

#include <cstdint>

namespace bornagain {

// A dropout mask's site and rate (dropout_hash.h).
struct MaskSpec {
  uint64_t siteKey = 0;
  uint32_t threshold = 0;  // 0: nothing is dropped
  float scale = 1;
};

}  // namespace bornagain
