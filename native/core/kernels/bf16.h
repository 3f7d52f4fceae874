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

// Rounded to the nearest value of the type, ties to even.
template <typename Real>
Real fromFloat(float value);
template <>
inline float fromFloat<float>(float value) {
  return value;
}
template <>
inline Bf16 fromFloat<Bf16>(float value) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  // A NaN whose payload is cut or carried over must not become infinite.
  if (value != value) return {static_cast<uint16_t>((word >> 16) | 0x40)};
  return {static_cast<uint16_t>((word + 0x7fff + ((word >> 16) & 1)) >> 16)};
}

}  // namespace bornagain
