// bfloat16 as kernels see it: the upper half of a float.
#pragma once

#include <cstdint>
#include <cstring>

namespace bornagain {

struct Bf16 {
  uint16_t bits;
};

inline float toFloat(float value) { return value; }
inline float toFloat(Bf16 value) {
  const uint32_t word = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &word, sizeof result);
  return result;
}

}  // namespace bornagain
