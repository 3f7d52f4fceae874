// Attention of one head over one sequence, for any length and head size: everything in fp32 in a scratch that stays in the caches at usual
// lengths.
#pragma once

#include "core/kernels/elementwise.h"
#include "core/kernels/vector_math.h"

namespace bornagain::BORNAGAIN_ISA {

BORNAGAIN_INLINE int64_t roundUp(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

static int64_t attentionScratch(int64_t length, int64_t headSize) {
  const int64_t l = roundUp(length), d = roundUp(headSize);
  return 2 * length * l + 4 * length * d + d * l;
}

// C [Rows, 16 Vectors] = sum over k of A [Rows, k] B [k, 16 Vectors].
template <int Rows, int Vectors>
BORNAGAIN_INLINE void productTile(int64_t depth, const float* a, int64_t rowStep, int64_t depthStep, const float* b, int64_t ldb, float* c,
                                  int64_t ldc) {
  Vec sums[Rows][Vectors] = {};
  for (int64_t k = 0; k < depth; ++k) {
    for (int v = 0; v < Vectors; ++v) {
      const Vec right = load(b + k * ldb + v * kLanes, Full{});
      for (int r = 0; r < Rows; ++r) sums[r][v] += right * a[r * rowStep + k * depthStep];
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) store(c + r * ldc + v * kLanes, sums[r][v], Full{});
  }
}

template <int Rows>
BORNAGAIN_INLINE void productRows(int64_t columns, int64_t depth, const float* a, int64_t rowStep, int64_t depthStep, const float* b,
                                  int64_t ldb, float* c, int64_t ldc) {
  int64_t n = 0;
  for (; n + 2 * kLanes <= columns; n += 2 * kLanes) productTile<Rows, 2>(depth, a, rowStep, depthStep, b + n, ldb, c + n, ldc);
  if (n < columns) productTile<Rows, 1>(depth, a, rowStep, depthStep, b + n, ldb, c + n, ldc);
}

// C [rows, columns] = A B; `columns` is a multiple of 16. A's element (r, k) is a[r * rowStep + k * depthStep].
static void product(int64_t rows, int64_t columns, int64_t depth, const float* a, int64_t rowStep, int64_t depthStep, const float* b,
                    int64_t ldb, float* c, int64_t ldc) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) productRows<4>(columns, depth, a + r * rowStep, rowStep, depthStep, b, ldb, c + r * ldc, ldc);
  for (; r < rows; ++r) productRows<1>(columns, depth, a + r * rowStep, rowStep, depthStep, b, ldb, c + r * ldc, ldc);
}

// rows [n, ld] to out [n, roundUp(columns)], zeros at the end.
template <typename Real>
BORNAGAIN_INLINE void widenRows(const Real* rows, int64_t ld, int64_t n, int64_t columns, float* out) {
  const int64_t outLd = roundUp(columns);
  for (int64_t r = 0; r < n; ++r) {
    forColumns(columns, [&](int64_t c, auto part) { store(out + r * outLd + c, load(rows + r * ld + c, part), Full{}); });
  }
}

// rows [n, ld] to out [columns, roundUp(n)], zeros at the end.
template <typename Real>
BORNAGAIN_INLINE void transposeRows(const Real* rows, int64_t ld, int64_t n, int64_t columns, float* out) {
  const int64_t outLd = roundUp(n);
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < n; ++r) out[c * outLd + r] = toFloat(rows[r * ld + c]);
    for (int64_t r = n; r < outLd; ++r) out[c * outLd + r] = 0;
  }
}

template <typename Real>
BORNAGAIN_INLINE void narrowRows(const float* rows, int64_t n, int64_t columns, Real* out, int64_t ld) {
  const int64_t rowsLd = roundUp(columns);
  for (int64_t r = 0; r < n; ++r) {
    forColumns(columns, [&](int64_t c, auto part) { store(out + r * ld + c, load(rows + r * rowsLd + c, part), part); });
  }
}

// One row of scores to probabilities, in place; zeros beyond the length.
BORNAGAIN_INLINE void softmaxRow(float* row, int64_t length, float scale) {
  Vec top = splat(-__builtin_inff());
  forColumns(length, [&](int64_t c, auto part) {
    const Vec x = clear(load(row + c, Full{}), part, -__builtin_inff());
    top = x > top ? x : top;
  });
  const float shift = maxLanes(top) * scale;
  Vec sum{};
  forColumns(length, [&](int64_t c, auto part) {
    const Vec e = clear(exponential(load(row + c, Full{}) * scale - shift), part);
    store(row + c, e, Full{});
    sum += e;
  });
  const float inverse = 1.0F / sumLanes(sum);
  forColumns(length, [&](int64_t c, auto) { store(row + c, load(row + c, Full{}) * inverse, Full{}); });
}

BORNAGAIN_INLINE float attentionScale(int64_t headSize) { return 1.0F / __builtin_sqrtf(static_cast<float>(headSize)); }

template <typename Real>
static void attentionForward(const AttentionTask<Real>& t, float* scratch) {
  const int64_t l = roundUp(t.length), d = roundUp(t.headSize);
  float *scores = scratch, *query = scores + t.length * l, *keyT = query + t.length * d, *value = keyT + d * l, *context = value + t.length * d;
  widenRows(t.query, t.queryLd, t.queries, t.headSize, query);
  transposeRows(t.key, t.keyLd, t.length, t.headSize, keyT);
  widenRows(t.value, t.keyLd, t.length, t.headSize, value);
  product(t.queries, l, t.headSize, query, d, 1, keyT, l, scores, l);
  for (int64_t i = 0; i < t.queries; ++i) {
    float* row = scores + i * l;
    softmaxRow(row, t.length, attentionScale(t.headSize));
    const DropoutRowKey key = dropoutRowKey(t.mask.siteKey, t.firstCounter + i * t.counterStep);
    forColumns(l, [&](int64_t c, auto) {
      const Vec p = load(row + c, Full{});
      if (t.probabilities != nullptr) store(t.probabilities + i * l + c, p, Full{});
      if (t.mask.threshold != 0) store(row + c, p * maskOf(key, c, t.mask.threshold, t.mask.scale), Full{});
    });
  }
  product(t.queries, d, t.length, scores, l, 1, value, d, context, d);
  narrowRows(context, t.queries, t.headSize, t.context, t.contextLd);
}

// One row of the probabilities' gradient (in `row`, overwritten with the scores' gradient); `dropped` gets the probabilities after dropout.
// dS = P (dP - sum(dP P)) / sqrt(d).
template <typename Real>
BORNAGAIN_INLINE void softmaxBackwardRow(const AttentionTask<Real>& t, int64_t i, float* row, float* dropped) {
  const int64_t l = roundUp(t.length);
  const Real* probabilities = t.probabilities + i * l;
  const DropoutRowKey key = dropoutRowKey(t.mask.siteKey, t.firstCounter + i * t.counterStep);
  Vec dot{};
  forColumns(l, [&](int64_t c, auto) {
    const Vec p = load(probabilities + c, Full{});
    const Vec mask = t.mask.threshold != 0 ? maskOf(key, c, t.mask.threshold, t.mask.scale) : splat(1.0F);
    const Vec g = load(row + c, Full{}) * mask;
    store(row + c, g, Full{});
    store(dropped + c, p * mask, Full{});
    dot += g * p;
  });
  const float mean = sumLanes(dot), scale = attentionScale(t.headSize);
  forColumns(l, [&](int64_t c, auto) { store(row + c, load(probabilities + c, Full{}) * (load(row + c, Full{}) - mean) * scale, Full{}); });
}

template <typename Real>
static void attentionBackward(const AttentionTask<Real>& t, float* scratch) {
  const int64_t l = roundUp(t.length), d = roundUp(t.headSize), n = t.headSize;
  float *scores = scratch, *dropped = scores + t.length * l, *outer = dropped + t.length * l, *valueT = outer + t.length * d;
  float *rows = valueT + d * l, *result = rows + t.length * d;
  widenRows(t.contextGradient, t.contextLd, t.queries, n, outer);
  transposeRows(t.value, t.keyLd, t.length, n, valueT);
  product(t.queries, l, n, outer, d, 1, valueT, l, scores, l);
  for (int64_t i = 0; i < t.queries; ++i) softmaxBackwardRow(t, i, scores + i * l, dropped + i * l);
  product(t.length, d, t.queries, dropped, 1, l, outer, d, result, d);
  narrowRows(result, t.length, n, t.valueGradient, t.keyLd);
  widenRows(t.query, t.queryLd, t.queries, n, rows);
  product(t.length, d, t.queries, scores, 1, l, rows, d, result, d);
  narrowRows(result, t.length, n, t.keyGradient, t.keyLd);
  widenRows(t.key, t.keyLd, t.length, n, rows);
  product(t.queries, d, t.length, scores, l, 1, rows, d, result, d);
  narrowRows(result, t.queries, n, t.queryGradient, t.queryLd);
}

}  // namespace bornagain::BORNAGAIN_ISA
