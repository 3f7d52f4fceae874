// Sixteen by sixteen words, transposed in registers.
#pragma once

#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

#if defined(__AVX512F__) && BORNAGAIN_SHUFFLES

// Pairs of words, then pairs of those, within 128 bits; then the 128-bit quarters.
BORNAGAIN_INLINE void transpose(VecU (&r)[kLanes]) {
  VecU t[kLanes];
#pragma GCC unroll 8
  for (int64_t i = 0; i < 8; ++i) {
    t[2 * i] = pick<0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29>(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = pick<2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31>(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < 8; ++i) {
    const VecU a = t[4 * (i / 2) + i % 2], b = t[4 * (i / 2) + i % 2 + 2];
    r[4 * (i / 2) + 2 * (i % 2)] = pick<0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29>(a, b);
    r[4 * (i / 2) + 2 * (i % 2) + 1] = pick<2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31>(a, b);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < 8; ++i) {
    const VecU a = r[8 * (i / 4) + i % 4], b = r[8 * (i / 4) + i % 4 + 4];
    t[8 * (i / 4) + i % 4] = pick<0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27>(a, b);
    t[8 * (i / 4) + i % 4 + 4] = pick<4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31>(a, b);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < 8; ++i) {
    r[i] = pick<0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27>(t[i], t[i + 8]);
    r[i + 8] = pick<4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31>(t[i], t[i + 8]);
  }
}

#elif defined(__AVX2__) && BORNAGAIN_SHUFFLES

// Eight by eight: pairs of words, then pairs of those, within 128 bits; then the 128-bit halves.
BORNAGAIN_INLINE void transposeEight(LaneU (&r)[kWidth]) {
  LaneU t[kWidth];
#pragma GCC unroll 4
  for (int64_t i = 0; i < 4; ++i) {
    t[2 * i] = pick<0, 8, 1, 9, 4, 12, 5, 13>(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = pick<2, 10, 3, 11, 6, 14, 7, 15>(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int64_t i = 0; i < 4; ++i) {
    const LaneU a = t[4 * (i / 2) + i % 2], b = t[4 * (i / 2) + i % 2 + 2];
    r[4 * (i / 2) + 2 * (i % 2)] = pick<0, 1, 8, 9, 4, 5, 12, 13>(a, b);
    r[4 * (i / 2) + 2 * (i % 2) + 1] = pick<2, 3, 10, 11, 6, 7, 14, 15>(a, b);
  }
#pragma GCC unroll 4
  for (int64_t i = 0; i < 4; ++i) {
    const LaneU a = r[i], b = r[i + 4];
    r[i] = pick<0, 1, 2, 3, 8, 9, 10, 11>(a, b);
    r[i + 4] = pick<4, 5, 6, 7, 12, 13, 14, 15>(a, b);
  }
}

BORNAGAIN_INLINE void transpose(VecU (&r)[kLanes]) {
  LaneU corners[2][2][kWidth];
#pragma GCC unroll 16
  for (int64_t i = 0; i < kLanes; ++i) {
    corners[i / kWidth][0][i % kWidth] = r[i].low;
    corners[i / kWidth][1][i % kWidth] = r[i].high;
  }
  for (auto& side : corners) {
    for (auto& corner : side) transposeEight(corner);
  }
#pragma GCC unroll 16
  for (int64_t i = 0; i < kLanes; ++i) r[i] = {corners[0][i / kWidth][i % kWidth], corners[1][i / kWidth][i % kWidth]};
}

#else

BORNAGAIN_INLINE void transpose(VecU (&r)[kLanes]) {
  uint32_t from[kLanes][kLanes], to[kLanes][kLanes];
  __builtin_memcpy(from, r, sizeof from);
  for (int64_t i = 0; i < kLanes; ++i) {
    for (int64_t j = 0; j < kLanes; ++j) to[j][i] = from[i][j];
  }
  __builtin_memcpy(r, to, sizeof to);
}

#endif

}  // namespace bornagain::BORNAGAIN_ISA
