// LayerNorm with what stands around it: dropout and residual before, dropout after. Statistics in fp32, in two passes over a row held in
// the first-level cache.
#pragma once

#include "core/kernels/elementwise.h"
#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

struct RowStatistics {
  float mean;
  float rstd;
};

BORNAGAIN_INLINE RowStatistics statisticsOf(const float* row, int64_t n, float epsilon) {
  Vec sum{};
  forColumns(n, [&](int64_t c, auto part) { sum += load(row + c, part); });
  const float mean = sumLanes(sum) / static_cast<float>(n);
  Vec squares{};
  forColumns(n, [&](int64_t c, auto part) {
    const Vec centred = clear(load(row + c, part) - mean, part);
    squares += centred * centred;
  });
  return {mean, 1.0F / __builtin_sqrtf(sumLanes(squares) / static_cast<float>(n) + epsilon)};
}

// Normalises `row` (which may be `output`) and writes what is wanted of it. `mask` applies to the output.
template <typename Args>
BORNAGAIN_INLINE void normaliseRow(const Args& a, const float* row, int64_t r, const MaskSpec& mask) {
  const int64_t n = a.columns;
  const RowStatistics statistics = statisticsOf(row, n, a.epsilon);
  if (a.rstd != nullptr) a.rstd[r] = statistics.rstd;
  const DropoutRowKey key = dropoutRowKey(mask.siteKey, r);
  forColumns(n, [&](int64_t c, auto part) {
    const Vec normalized = (load(row + c, part) - statistics.mean) * statistics.rstd;
    if (a.normalized != nullptr) store(a.normalized + r * n + c, normalized, part);
    Vec y = normalized * load(a.weight + c, part) + load(a.bias + c, part);
    if (mask.threshold != 0) y *= maskOf(key, c, mask.threshold, mask.scale);
    store(a.output + r * n + c, y, part);
    if (a.rounded != nullptr) store(a.rounded + r * n + c, y, part);
  });
}

template <typename Real>
static void normForward(const NormForward<Real>& a, RowRange range) {
  const int64_t n = a.columns;
  for (int64_t r = range.begin; r < range.end; ++r) {
    const float* residual = a.residual + (a.residualRows != nullptr ? a.residualRows[r] : r) * n;
    const DropoutRowKey key = dropoutRowKey(a.mask.siteKey, a.maskRows != nullptr ? a.maskRows[r] : r);
    float* sum = a.output + r * n;
    forColumns(n, [&](int64_t c, auto part) {
      Vec x = load(a.sub + r * n + c, part);
      if (a.mask.threshold != 0) x *= maskOf(key, c, a.mask.threshold, a.mask.scale);
      store(sum + c, x + load(residual + c, part), part);
    });
    normaliseRow(a, sum, r, MaskSpec{});
  }
}

template <typename Real>
static void embeddingForward(const EmbeddingForward<Real>& a, RowRange range) {
  // How many tokens ahead a word's row is fetched.
  constexpr int64_t kAhead = 4;
  const int64_t n = a.columns;
  for (int64_t r = range.begin; r < range.end; ++r) {
    if (r + kAhead < range.end) prefetchRows(a.words + a.tokenIds[r + kAhead] * n, n, 1, n);
    const float* word = a.words + a.tokenIds[r] * n;
    const float* position = a.positionTable + a.positions[r] * n;
    const float* type = a.typeTable + a.typeIds[r] * n;
    float* sum = a.output + r * n;
    forColumns(n,
               [&](int64_t c, auto part) { store(sum + c, load(word + c, part) + load(position + c, part) + load(type + c, part), part); });
    normaliseRow(a, sum, r, a.mask);
  }
}

// The output's gradient at one place, through the dropout on the output.
template <typename Real, typename Lanes>
BORNAGAIN_INLINE Vec maskedGradient(const NormBackward<Real>& a, const DropoutRowKey& key, int64_t r, int64_t c, Lanes part) {
  const Vec dy = load(a.outputGradient + r * a.columns + c, part);
  return a.outputMask.threshold == 0 ? dy : dy * maskOf(key, c, a.outputMask.threshold, a.outputMask.scale);
}

// dx = rstd (g - mean(g) - x̂ mean(g x̂)) with g = dy * weight.
template <typename Real>
static void normBackward(const NormBackward<Real>& a, RowRange range, float* partial) {
  const int64_t n = a.columns;
  float *weightSum = partial, *biasSum = partial + n, *subSum = partial + 2 * n;
  __builtin_memset(partial, 0, static_cast<size_t>(3 * n) * sizeof(float));
  for (int64_t r = range.begin; r < range.end; ++r) {
    const int64_t counter = a.maskRows != nullptr ? a.maskRows[r] : r;
    const DropoutRowKey outputKey = dropoutRowKey(a.outputMask.siteKey, counter);
    const DropoutRowKey subKey = dropoutRowKey(a.subMask.siteKey, counter);
    const Real* normalized = a.normalized + r * n;
    Vec sum{}, product{};
    forColumns(n, [&](int64_t c, auto part) {
      const Vec dy = maskedGradient(a, outputKey, r, c, part);
      const Vec x = load(normalized + c, part);
      store(weightSum + c, load(weightSum + c, part) + dy * x, part);
      store(biasSum + c, load(biasSum + c, part) + dy, part);
      const Vec g = dy * load(a.weight + c, part);
      sum += g;
      product += g * x;
    });
    const float meanOfG = sumLanes(sum) / static_cast<float>(n), meanOfProduct = sumLanes(product) / static_cast<float>(n);
    forColumns(n, [&](int64_t c, auto part) {
      const Vec g = maskedGradient(a, outputKey, r, c, part) * load(a.weight + c, part);
      Vec dx = (g - load(normalized + c, part) * meanOfProduct - meanOfG) * a.rstd[r];
      store(a.sumGradient + r * n + c, dx, part);
      if (a.subGradient == nullptr) return;
      if (a.subMask.threshold != 0) dx *= maskOf(subKey, c, a.subMask.threshold, a.subMask.scale);
      store(a.subGradient + r * n + c, dx, part);
      store(subSum + c, load(subSum + c, part) + dx, part);
    });
  }
}

}  // namespace bornagain::BORNAGAIN_ISA
