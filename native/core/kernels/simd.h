// Sixteen floats at a time, in the compiler's vector extension: one source, and the flags a file is compiled with decide whether sixteen
// lanes are one register, two or four. Sums always run over sixteen lanes in one order. Only for files under isa/, which are compiled once
// per instruction set; everything here is inlined, so that no copy compiled for one CPU is called on another.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "core/dropout_hash.h"
#include "core/kernels/bf16.h"
#include "core/kernels/halves.h"

// GCC has shuffles of this kind from version 12 on.
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define BORNAGAIN_SHUFFLES 1
#endif
#endif
#ifndef BORNAGAIN_SHUFFLES
#define BORNAGAIN_SHUFFLES 0
#endif

namespace bornagain::BORNAGAIN_ISA {

#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

// Floats or words of one register.
constexpr int64_t kWidth = kRegisterBytes / 4;
using Lane = VectorOf<float, kWidth, kRegisterBytes>::Type;
using LaneU = VectorOf<uint32_t, kWidth, kRegisterBytes>::Type;

constexpr int64_t kLanes = 16;
using Vec = VectorOf<float, kLanes, kRegisterBytes>::Type;
using VecU = VectorOf<uint32_t, kLanes, kRegisterBytes>::Type;
using VecI = VectorOf<int32_t, kLanes, kRegisterBytes>::Type;
// As many elements to a piece as Vec has.
using VecU16 = VectorOf<uint16_t, kLanes, kRegisterBytes / 2>::Type;

// How many lanes a load or store touches: all of them, or the first `count` of a row's end.
struct Full {};
struct Part {
  int64_t count;

#if defined(__AVX512F__)
  [[nodiscard]] BORNAGAIN_MEMBER __mmask16 mask() const { return static_cast<__mmask16>((1U << count) - 1U); }
#endif
};

// Calls body(column, Full or Part) over the columns 0 .. n - 1.
template <typename Body>
BORNAGAIN_INLINE void forColumns(int64_t n, const Body& body) {
  int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) body(c, Full{});
  if (c < n) body(c, Part{n - c});
}

// The same in all lanes. Minus zero is no operation; plus zero would be one, for the sake of -0.
template <typename T = Vec>
BORNAGAIN_INLINE T splat(typename ElementOf<T>::Type x) {
  if constexpr (kIsHalves<T>) {
    using Half = typename T::Half;
    return {splat<Half>(x), splat<Half>(x)};
  } else {
    return x - T{};
  }
}

constexpr uint32_t kLaneNumbers[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

BORNAGAIN_INLINE VecU widenWords(VecU16 half) {
#if defined(__AVX512F__)
  return bitcast<VecU>(_mm512_maskz_cvtepu16_epi32(0xffff, bitcast<__m256i>(half)));  // the plain form makes GCC 12 warn
#else
  return eachRegister([](auto x) { return __builtin_convertvector(x, LaneU); }, half);
#endif
}

BORNAGAIN_INLINE Vec widen(VecU16 half) { return bitcast<Vec>(widenWords(half) << 16); }

// Rounds to nearest even; NaN stays NaN.
BORNAGAIN_INLINE VecU16 narrow(Vec x) {
#if defined(__AVX512BF16__)
  return bitcast<VecU16>(_mm512_cvtneps_pbh(bitcast<__m512>(x)));
#else
  using Piece = VectorOf<uint16_t, kWidth, kRegisterBytes / 2>::Type;
  const VecU word = bitcast<VecU>(x);
  const VecU rounded = word + 0x7fffU + ((word >> 16) & 1U);
  const VecU upper = select(x == x, rounded, splat<VecU>(0x7fc00000U)) >> 16;
  return eachRegister([](auto words) { return __builtin_convertvector(words, Piece); }, upper);
#endif
}

// Thirty-two of them, as sixteen words.
BORNAGAIN_INLINE VecU narrowPair(Vec low, Vec high) {
  struct Pair {
    VecU16 low;
    VecU16 high;
  };
  return bitcast<VecU>(Pair{narrow(low), narrow(high)});
}

// Writes a vector past the caches, where the CPU can: a line that is not read soon need not be fetched to be written. p is a multiple of 64
// bytes. Whoever streams ends with `endStreams`, before other threads may read.
BORNAGAIN_INLINE void stream(void* p, VecU x) {
#if defined(__AVX512F__)
  _mm512_stream_si512(static_cast<__m512i*>(p), bitcast<__m512i>(x));
#elif defined(__AVX2__)
  _mm256_stream_si256(static_cast<__m256i*>(p), bitcast<__m256i>(x.low));
  _mm256_stream_si256(static_cast<__m256i*>(p) + 1, bitcast<__m256i>(x.high));
#else
  storeAs(p, x);
#endif
}
BORNAGAIN_INLINE void endStreams() {
#if defined(__AVX2__)
  _mm_sfence();
#endif
}

// Asks for the columns of rows [n, ld] that lie far apart, where the CPU does not look ahead by itself.
template <typename Real>
BORNAGAIN_INLINE void prefetchRows(const Real* rows, int64_t ld, int64_t n, int64_t columns) {
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(Real));
  for (int64_t r = 0; r < n; ++r) {
    for (int64_t c = 0; c < columns; c += kLine) __builtin_prefetch(rows + r * ld + c);
  }
}

BORNAGAIN_INLINE Vec load(const float* p, Full) { return loadAs<Vec>(p); }
BORNAGAIN_INLINE Vec load(const Bf16* p, Full) { return widen(loadAs<VecU16>(p)); }
// Missing lanes are 0.
BORNAGAIN_INLINE Vec load(const float* p, Part part) {
#if defined(__AVX512F__)
  return bitcast<Vec>(_mm512_maskz_loadu_ps(part.mask(), p));
#else
  Vec x{};
  __builtin_memcpy(&x, p, static_cast<size_t>(part.count) * sizeof(float));
  return x;
#endif
}
BORNAGAIN_INLINE Vec load(const Bf16* p, Part part) {
#if defined(__AVX512F__)
  return widen(bitcast<VecU16>(_mm256_maskz_loadu_epi16(part.mask(), p)));
#else
  VecU16 x{};
  __builtin_memcpy(&x, p, static_cast<size_t>(part.count) * sizeof(Bf16));
  return widen(x);
#endif
}

BORNAGAIN_INLINE void store(float* p, Vec x, Full) { storeAs(p, x); }
BORNAGAIN_INLINE void store(Bf16* p, Vec x, Full) { storeAs(p, narrow(x)); }
BORNAGAIN_INLINE void store(float* p, Vec x, Part part) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, part.mask(), bitcast<__m512>(x));
#else
  __builtin_memcpy(p, &x, static_cast<size_t>(part.count) * sizeof(float));
#endif
}
BORNAGAIN_INLINE void store(Bf16* p, Vec x, Part part) {
  const VecU16 half = narrow(x);
#if defined(__AVX512F__)
  _mm256_mask_storeu_epi16(p, part.mask(), bitcast<__m256i>(half));
#else
  __builtin_memcpy(p, &half, static_cast<size_t>(part.count) * sizeof(Bf16));
#endif
}

// x, and `other` beyond the part: for sums and maxima whose terms are not neutral there by themselves.
BORNAGAIN_INLINE Vec clear(Vec x, Full, float = 0) { return x; }
BORNAGAIN_INLINE Vec clear(Vec x, Part part, float other = 0) {
  return select(loadAs<VecI>(kLaneNumbers) < static_cast<int32_t>(part.count), x, splat(other));
}

#if BORNAGAIN_SHUFFLES
template <int... Lanes, typename T>
BORNAGAIN_INLINE auto pick(T a, T b) {
  return __builtin_shufflevector(a, b, Lanes...);
}
#endif

// Folds the upper half of the lanes onto the lower until one is left, on every instruction set in the same order.
template <typename T, typename Fold>
BORNAGAIN_INLINE float foldLanes(T x, const Fold& fold) {
  if constexpr (kIsHalves<T>) {
    return foldLanes(fold(x.low, x.high), fold);
  } else {
    constexpr int kCount = sizeof(T) / sizeof(float);
#if BORNAGAIN_SHUFFLES
    if constexpr (kCount == 16) {
      return foldLanes(fold(pick<0, 1, 2, 3, 4, 5, 6, 7>(x, x), pick<8, 9, 10, 11, 12, 13, 14, 15>(x, x)), fold);
    } else if constexpr (kCount == 8) {
      return foldLanes(fold(pick<0, 1, 2, 3>(x, x), pick<4, 5, 6, 7>(x, x)), fold);
    } else {
      const T two = fold(x, pick<2, 3, 2, 3>(x, x));
      return fold(two, pick<1, 1, 1, 1>(two, two))[0];
    }
#else
    float lanes[kCount];
    __builtin_memcpy(lanes, &x, sizeof x);
    for (int width = kCount / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; ++i) lanes[i] = fold(lanes[i], lanes[i + width]);
    }
    return lanes[0];
#endif
  }
}

BORNAGAIN_INLINE float sumLanes(Vec x) {
  return foldLanes(x, [](auto a, auto b) { return a + b; });
}

BORNAGAIN_INLINE float maxLanes(Vec x) {
  return foldLanes(x, [](auto a, auto b) { return select(a > b, a, b); });
}

// Bounds that let NaN through, so that it is seen at the end: the instructions return their second operand where either is NaN.
#if defined(__AVX512F__)
BORNAGAIN_INLINE Vec atLeast(Vec x, Vec low) { return bitcast<Vec>(_mm512_maskz_max_ps(0xffff, bitcast<__m512>(low), bitcast<__m512>(x))); }
BORNAGAIN_INLINE Vec atMost(Vec x, Vec high) {
  return bitcast<Vec>(_mm512_maskz_min_ps(0xffff, bitcast<__m512>(high), bitcast<__m512>(x)));
}
#else
BORNAGAIN_INLINE Vec atLeast(Vec x, Vec low) { return select(x < low, low, x); }
BORNAGAIN_INLINE Vec atMost(Vec x, Vec high) { return select(x > high, high, x); }
#endif
BORNAGAIN_INLINE Vec absolute(Vec x) { return bitcast<Vec>(bitcast<VecU>(x) & 0x7fffffffU); }

BORNAGAIN_INLINE Vec squareRoot(Vec x) {
#if defined(__AVX512F__)
  return bitcast<Vec>(_mm512_maskz_sqrt_ps(0xffff, bitcast<__m512>(x)));  // the plain form makes GCC 12 warn of its own header
#else
  return eachRegister(
      [](Lane a) {
#if defined(__AVX2__)
        return bitcast<Lane>(_mm256_sqrt_ps(bitcast<__m256>(a)));
#else
        Lane root;
        for (int i = 0; i < kWidth; ++i) root[i] = __builtin_sqrtf(a[i]);
        return root;
#endif
      },
      x);
#endif
}

// 1 / x for what is rounded to bfloat16, off by at most 2^-14 of the value.
BORNAGAIN_INLINE Vec reciprocalForBf16(Vec x) {
#if defined(__AVX512F__)
  return bitcast<Vec>(_mm512_maskz_rcp14_ps(0xffff, bitcast<__m512>(x)));
#else
  return 1.0F / x;
#endif
}

// The mask of one row at the columns `first` to `first + 15`: `scale` where an element is kept, 0 where it is dropped (dropout_hash.h).
BORNAGAIN_INLINE Vec maskOf(const DropoutRowKey& key, int64_t first, uint32_t threshold, float scale) {
  VecU x = (loadAs<VecU>(kLaneNumbers) + static_cast<uint32_t>(first)) ^ key.outer;
  x = (x ^ (x >> 16)) * kHashMultiplier1;
  x ^= key.inner;
  x = (x ^ (x >> 15)) * kHashMultiplier2;
  x ^= x >> 16;
  return select(x >= threshold, splat(scale), Vec{});
}

}  // namespace bornagain::BORNAGAIN_ISA
