// Attention of one head over one sequence, for any length and head size: scores, softmax and dropout of a dozen queries at a time, so that
// what is multiplied next is still in the first cache. Products take words as in dot.h; sums and softmax are fp32.
#pragma once

#include "core/kernels/isa/strips.h"
#include "core/kernels/vector_math.h"

namespace bornagain::BORNAGAIN_ISA {

// Queries whose probabilities are kept for the products over queries: a multiple of every Strips<Real>::kRows, which are computed at a
// time.
constexpr int64_t kQueryBlock = 96;

// Hands out pieces of the scratch, whole cache lines each.
class Scratch {
 public:
  BORNAGAIN_MEMBER explicit Scratch(float* begin) : at_(begin) {}
  template <typename T>
  BORNAGAIN_MEMBER T* take(int64_t count) {
    T* piece = reinterpret_cast<T*>(at_);
    at_ += roundUp(count * static_cast<int64_t>(sizeof(T)) / static_cast<int64_t>(sizeof(float)) + 1);
    return piece;
  }

 private:
  float* at_;
};

// Floats that both directions need at most.
template <typename Real>
static int64_t attentionScratch(int64_t length, int64_t headSize) {
  const int64_t l = roundUp(length), d = roundUp(headSize), block = smaller(l, kQueryBlock);
  return 4 * l * d + 2 * block * (l + d) + Strips<Real>::kRows * (4 * l + 2 * d) + Strips<Real>::acrossWords(l, block) + 32 * kLanes;
}

// rows [n, ld] of `columns` elements to out [words of n, roundUp(columns)]: rows become depth.
template <typename Real>
BORNAGAIN_INLINE void stackedWords(const Real* rows, int64_t ld, int64_t n, int64_t columns, uint32_t* out) {
  const int64_t outLd = roundUp(columns);
  for (int64_t r = 0; r < n; r += kWordElements<Real>, out += outLd) {
    forColumns(columns, [&](int64_t c, auto part) {
      VecU words = bitcast<VecU>(load(rows + r * ld + c, part));
      if constexpr (std::is_same_v<Real, Bf16>) {
        words >>= 16;
        if (r + 1 < n) words |= bitcast<VecU>(load(rows + (r + 1) * ld + c, part));
      }
      storeAs(out + c, words);
    });
  }
}

template <typename Real>
BORNAGAIN_INLINE void roundRows(const float* rows, int64_t n, int64_t columns, Real* out, int64_t ld) {
  for (int64_t r = 0; r < n; ++r) {
    forColumns(columns, [&](int64_t c, auto part) { store(out + r * ld + c, load(rows + r * roundUp(columns) + c, Full{}), part); });
  }
}

// Left rows of whole words: those given, or a copy where a head's size is not a whole number of words.
template <typename Real>
BORNAGAIN_INLINE LeftRows wholeRows(const Real* rows, int64_t ld, int64_t n, int64_t columns, Real* copy) {
  if (columns % kWordElements<Real> == 0) return rowsAsLeft(rows, ld);
  const int64_t copyLd = roundUp(columns) + kWordElements<Real>;
  for (int64_t r = 0; r < n; ++r) {
    for (int64_t c = 0; c < copyLd; ++c) copy[r * copyLd + c] = c < columns ? rows[r * ld + c] : Real{};
  }
  return rowsAsLeft(static_cast<const Real*>(copy), copyLd);
}

BORNAGAIN_INLINE float attentionScale(int64_t headSize) { return 1.0F / __builtin_sqrtf(static_cast<float>(headSize)); }

// The mask of a row of probabilities at column c, or 1.
template <typename Real>
BORNAGAIN_INLINE Vec probabilityMask(const AttentionTask<Real>& t, const DropoutRowKey& key, int64_t c) {
  return t.mask.threshold != 0 ? maskOf(key, c, t.mask.threshold, t.mask.scale) : splat(1.0F);
}

template <typename Real>
BORNAGAIN_INLINE DropoutRowKey probabilityKey(const AttentionTask<Real>& t, int64_t query) {
  return dropoutRowKey(t.mask.siteKey, t.firstCounter + query * t.counterStep);
}

template <typename Real>
BORNAGAIN_INLINE Vec exponentialTo(Vec x) {
  return std::is_same_v<Real, Bf16> ? exponentialForBf16(x) : exponential(x);
}

// One row of scores to probabilities, kept where wanted, and to `dropped`: what they are after dropout. Zeros beyond the length.
template <typename Real>
BORNAGAIN_INLINE void softmaxRow(const AttentionTask<Real>& t, int64_t query, float* row, Real* dropped) {
  const int64_t l = roundUp(t.length);
  const float scale = attentionScale(t.headSize);
  Vec top = splat(-__builtin_inff());
  forColumns(t.length, [&](int64_t c, auto part) {
    const Vec x = clear(load(row + c, Full{}), part, -__builtin_inff());
    top = select(x > top, x, top);
  });
  const float shift = maxLanes(top) * scale;
  Vec sum{};
  forColumns(t.length, [&](int64_t c, auto part) {
    const Vec e = clear(exponentialTo<Real>(load(row + c, Full{}) * scale - shift), part);
    store(row + c, e, Full{});
    sum += e;
  });
  const float inverse = 1.0F / sumLanes(sum);
  const DropoutRowKey key = probabilityKey(t, query);
  for (int64_t c = 0; c < l; c += kLanes) {
    const Vec p = load(row + c, Full{}) * inverse;
    if (t.probabilities != nullptr) store(t.probabilities + query * l + c, p, Full{});
    store(dropped + c, p * probabilityMask(t, key, c), Full{});
  }
}

// Queries of a tile, so that all tiles of a sequence are about equal.
template <typename Real>
BORNAGAIN_INLINE int64_t tileRows(int64_t queries) {
  const int64_t tiles = (queries + Strips<Real>::kRows - 1) / Strips<Real>::kRows;
  return (queries + tiles - 1) / tiles;
}

template <typename Real>
static void attentionForward(const AttentionTask<Real>& t, float* memory) {
  const int64_t l = roundUp(t.length), d = roundUp(t.headSize);
  constexpr int64_t kTileRows = Strips<Real>::kRows;
  Strips<Real> strips;
  Scratch scratch(memory);
  auto* keys = scratch.take<uint32_t>(d * l);
  auto* values = scratch.take<uint32_t>(l * d);
  auto* scores = scratch.take<float>(kTileRows * l);
  auto* dropped = scratch.take<Real>(kTileRows * l);
  auto* context = scratch.take<float>(kTileRows * d);
  auto* copy = scratch.take<Real>(kTileRows * (d + kWordElements<Real>));
  prefetchRows(t.key, t.ld, t.length, t.headSize);
  prefetchRows(t.value, t.ld, t.length, t.headSize);
  prefetchRows(t.query, t.ld, t.length, t.headSize);
  transposedWords(t.key, t.ld, t.length, t.headSize, keys);
  stackedWords(t.value, t.ld, t.length, t.headSize, values);
  const int64_t step = tileRows<Real>(t.length);
  for (int64_t i = 0; i < t.length; i += step) {
    const int64_t n = smaller(step, t.length - i);
    const LeftRows query = wholeRows(t.query + i * t.ld, t.ld, n, t.headSize, copy);
    strips.multiply(n, l, wordsOf<Real>(t.headSize), query, keys, scores, false);
    for (int64_t r = 0; r < n; ++r) softmaxRow(t, i + r, scores + r * l, dropped + r * l);
    strips.multiply(n, d, wordsOf<Real>(t.length), rowsAsLeft<Real>(dropped, l), values, context, false);
    roundRows(context, n, t.headSize, t.context + i * t.contextLd, t.contextLd);
  }
}

// One row of the gradient of the dropped probabilities to the scores' gradient: dS = P (dP - sum(dP P)) / sqrt(d), with dP = mask * row.
template <typename Real>
BORNAGAIN_INLINE void softmaxBackwardRow(const AttentionTask<Real>& t, int64_t query, float* row, Real* dropped, Real* scoreGradient) {
  const int64_t l = roundUp(t.length);
  const Real* probabilities = t.probabilities + query * l;
  const DropoutRowKey key = probabilityKey(t, query);
  Vec dot{};
  for (int64_t c = 0; c < l; c += kLanes) {
    const Vec p = load(probabilities + c, Full{}), mask = probabilityMask(t, key, c), g = load(row + c, Full{}) * mask;
    store(row + c, g, Full{});
    store(dropped + c, p * mask, Full{});
    dot += g * p;
  }
  const float mean = sumLanes(dot), scale = attentionScale(t.headSize);
  for (int64_t c = 0; c < l; c += kLanes) {
    store(scoreGradient + c, load(probabilities + c, Full{}) * ((load(row + c, Full{}) - mean) * scale), Full{});
  }
}

template <typename Real>
static void attentionBackward(const AttentionTask<Real>& t, float* memory) {
  const int64_t l = roundUp(t.length), d = roundUp(t.headSize), n = t.headSize, block = smaller(l, kQueryBlock);
  constexpr int64_t kTileRows = Strips<Real>::kRows;
  Strips<Real> strips;
  Scratch scratch(memory);
  auto* valuesAcross = scratch.take<uint32_t>(d * l);
  auto* keys = scratch.take<uint32_t>(l * d);
  auto* outer = scratch.take<uint32_t>(block * d);
  auto* queries = scratch.take<uint32_t>(block * d);
  auto* droppedWords = scratch.take<uint32_t>(block * l);
  auto* scoreWords = scratch.take<uint32_t>(block * l);
  auto* row = scratch.take<float>(kTileRows * l);
  auto* dropped = scratch.take<Real>(kTileRows * l);
  auto* scoreGradient = scratch.take<Real>(kTileRows * l);
  auto* result = scratch.take<float>(kTileRows * d);
  auto* copy = scratch.take<Real>(kTileRows * (d + kWordElements<Real>));
  auto* across = scratch.take<uint32_t>(Strips<Real>::acrossWords(l, block));
  auto* valueGradient = scratch.take<float>(l * d);
  auto* keyGradient = scratch.take<float>(l * d);
  prefetchRows(t.value, t.ld, t.length, n);
  prefetchRows(t.key, t.ld, t.length, n);
  prefetchRows(t.contextGradient, t.contextLd, t.length, n);
  prefetchRows(t.query, t.ld, t.length, n);
  transposedWords(t.value, t.ld, t.length, n, valuesAcross);
  stackedWords(t.key, t.ld, t.length, n, keys);
  for (int64_t begin = 0; begin < t.length; begin += kQueryBlock) {
    const int64_t inBlock = smaller(kQueryBlock, t.length - begin);
    // An even number, so that tiles are whole words of the products over queries.
    const int64_t step = smaller(kTileRows, (tileRows<Real>(inBlock) + 1) / 2 * 2);
    for (int64_t i = begin; i < begin + inBlock; i += step) {
      const int64_t rows = smaller(step, begin + inBlock - i), words = wordsOf<Real>(i - begin);
      const LeftRows left = wholeRows(t.contextGradient + i * t.contextLd, t.contextLd, rows, n, copy);
      strips.multiply(rows, l, wordsOf<Real>(n), left, valuesAcross, row, false);
      for (int64_t r = 0; r < rows; ++r) softmaxBackwardRow(t, i + r, row + r * l, dropped + r * l, scoreGradient + r * l);
      strips.multiply(rows, d, wordsOf<Real>(t.length), rowsAsLeft<Real>(scoreGradient, l), keys, result, false);
      roundRows(result, rows, n, t.queryGradient + i * t.ld, t.ld);
      stackedWords<Real>(dropped, l, rows, l, droppedWords + words * l);
      stackedWords<Real>(scoreGradient, l, rows, l, scoreWords + words * l);
    }
    stackedWords(t.contextGradient + begin * t.contextLd, t.contextLd, inBlock, n, outer);
    stackedWords(t.query + begin * t.ld, t.ld, inBlock, n, queries);
    const int64_t words = wordsOf<Real>(inBlock);
    strips.multiplyAcross(t.length, d, words, droppedWords, l, outer, valueGradient, begin > 0, across);
    strips.multiplyAcross(t.length, d, words, scoreWords, l, queries, keyGradient, begin > 0, across);
  }
  roundRows(valueGradient, t.length, n, t.valueGradient, t.ld);
  roundRows(keyGradient, t.length, n, t.keyGradient, t.ld);
}

}  // namespace bornagain::BORNAGAIN_ISA
