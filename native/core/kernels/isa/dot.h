// The inner step of every matrix product: sums += left * right over one word of depth. A word is one float, or two bf16 whose products are
// both added in fp32.
#pragma once

#include "core/kernels/gemm_kernels.h"
#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

// Rows of C computed at once, and of one panel of a left operand [words, kTile].
constexpr int64_t kTile = 12;

template <typename Real>
struct Dot;

template <>
struct Dot<float> {
  using Right = Lane;
  using Left = Lane;
  static constexpr int64_t kRows = kWidth == 16 ? 12 : 6;  // accumulators of two vectors a row fit the registers
  BORNAGAIN_INLINE Right right(const void* p) { return loadAs<Lane>(p); }
  BORNAGAIN_INLINE Left left(const void* p) { return splat<Lane>(loadAs<float>(p)); }
  BORNAGAIN_INLINE void add(Lane& sums, Left a, Right b) { sums += a * b; }
};

#if defined(__AVX512BF16__)

template <>
struct Dot<Bf16> {
  using Right = __m512i;
  using Left = __m512i;
  static constexpr int64_t kRows = 12;
  BORNAGAIN_INLINE Right right(const void* p) { return loadAs<__m512i>(p); }
  BORNAGAIN_INLINE Left left(const void* p) { return _mm512_set1_epi32(loadAs<int>(p)); }
  BORNAGAIN_INLINE void add(Lane& sums, Left a, Right b) {
    sums = bitcast<Lane>(_mm512_dpbf16_ps(bitcast<__m512>(sums), bitcast<__m512bh>(a), bitcast<__m512bh>(b)));
  }
};

#else

template <>
struct Dot<Bf16> {
  struct Pair {
    Lane low;
    Lane high;
  };
  using Right = Pair;
  using Left = Pair;
  static constexpr int64_t kRows = kWidth == 16 ? 12 : 4;
  BORNAGAIN_INLINE Pair right(const void* p) {
    const auto words = loadAs<LaneU>(p);
    return {bitcast<Lane>(words << 16), bitcast<Lane>(words & 0xffff0000U)};
  }
  BORNAGAIN_INLINE Pair left(const void* p) {
    const auto word = loadAs<uint32_t>(p);
    return {splat<Lane>(bitcast<float>(word << 16)), splat<Lane>(bitcast<float>(word & 0xffff0000U))};
  }
  BORNAGAIN_INLINE void add(Lane& sums, const Pair& a, const Pair& b) {
    sums += a.low * b.low;
    sums += a.high * b.high;
  }
};

#endif

// Where a left operand's rows are: row r, word k at data + r * rowBytes + k * wordBytes.
struct LeftRows {
  const char* data;
  int64_t rowBytes;
  int64_t wordBytes;
};

// For every so many words of depth, so many lines of what comes next are fetched.
constexpr int64_t kAheadWords = 8;
constexpr int64_t kAheadLines = kWidth == 16 ? 2 : 1;

// Where what comes next is, and how far it is from one line that is fetched to the next one.
struct Ahead {
  const char* at;
  int64_t stepBytes;
};

// C [Rows, kWidth * Vectors] = (or, with `add`, +=) left * right; `rightBytes` from word to word of the right operand, `ldc` in floats.
// Meanwhile what is `ahead` is fetched into the second-level cache.
template <typename Real, int64_t Rows, int64_t Vectors, bool kPanels>
BORNAGAIN_INLINE void multiplyTile(int64_t words, LeftRows left, const char* right, int64_t rightBytes, float* c, int64_t ldc, bool add,
                                   Ahead ahead) {
  Lane sums[Rows][Vectors];
#pragma GCC unroll 16
  for (int64_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = add ? loadAs<Lane>(c + r * ldc + v * kWidth) : Lane{};
  }
  // One pointer for three rows, so that pointers do not outgrow the registers.
  const char* at[(Rows + 2) / 3];
#pragma GCC unroll 8
  for (int64_t g = 0; g < (Rows + 2) / 3; ++g) at[g] = left.data + (kPanels ? 0 : 3 * g * left.rowBytes);
  const auto step = [&] {
    typename Dot<Real>::Right b[Vectors];
#pragma GCC unroll 8
    for (int64_t v = 0; v < Vectors; ++v) b[v] = Dot<Real>::right(right + 4 * kWidth * v);
#pragma GCC unroll 16
    for (int64_t r = 0; r < Rows; ++r) {
      const auto a = Dot<Real>::left(kPanels ? left.data + 4 * r : at[r / 3] + (r % 3) * left.rowBytes);
#pragma GCC unroll 8
      for (int64_t v = 0; v < Vectors; ++v) Dot<Real>::add(sums[r][v], a, b[v]);
    }
    right += rightBytes;
    if constexpr (kPanels) {
      left.data += left.wordBytes;
    } else {
#pragma GCC unroll 8
      for (int64_t g = 0; g < (Rows + 2) / 3; ++g) at[g] += 4;
    }
  };
  int64_t k = 0;
  for (; k + kAheadWords <= words; k += kAheadWords) {
#pragma GCC unroll 2
    for (int64_t line = 0; line < kAheadLines; ++line, ahead.at += ahead.stepBytes) __builtin_prefetch(ahead.at, 0, 2);
    // Not all at once, which GCC 12 would find no registers for.
#pragma GCC unroll 4
    for (int64_t i = 0; i < kAheadWords; ++i) step();
  }
  for (; k < words; ++k) step();
#pragma GCC unroll 16
  for (int64_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (int64_t v = 0; v < Vectors; ++v) storeAs(c + r * ldc + v * kWidth, sums[r][v]);
  }
}

// The same for a number of rows known at run time, at most Most.
template <typename Real, int64_t Most, int64_t Vectors, bool kPanels>
static void multiplyRows(int64_t rows, int64_t words, LeftRows left, const char* right, int64_t rightBytes, float* c, int64_t ldc, bool add,
                         Ahead ahead) {
  if constexpr (Most > 0) {
    if (rows >= Most) {
      multiplyTile<Real, Most, Vectors, kPanels>(words, left, right, rightBytes, c, ldc, add, ahead);
    } else {
      multiplyRows<Real, Most - 1, Vectors, kPanels>(rows, words, left, right, rightBytes, c, ldc, add, ahead);
    }
  }
}

}  // namespace bornagain::BORNAGAIN_ISA
