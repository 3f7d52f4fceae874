// Sums and products over rows and ranges.
#pragma once

#include "core/kernels/elementwise.h"
#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

template <typename Real>
static void addBias(Real* values, int64_t ld, int64_t columns, const float* bias, RowRange range) {
  for (int64_t r = range.begin; r < range.end; ++r) {
    Real* row = values + r * ld;
    forColumns(columns, [&](int64_t c, auto part) { store(row + c, load(row + c, part) + load(bias + c, part), part); });
  }
}

template <typename Real>
static void multiply(Real* values, const Real* factors, RowRange range) {
  values += range.begin;
  factors += range.begin;
  forColumns(range.end - range.begin,
             [&](int64_t c, auto part) { store(values + c, load(values + c, part) * load(factors + c, part), part); });
}

template <typename Real>
static void addTo(float* out, const Real* a, const float* addend, RowRange range) {
  forColumns(range.end - range.begin, [&](int64_t i, auto part) {
    const int64_t c = range.begin + i;
    const Vec x = load(a + c, part);
    store(out + c, addend == nullptr ? x : x + load(addend + c, part), part);
  });
}

template <typename Real>
static void columnSums(const Real* values, int64_t ld, int64_t columns, RowRange range, float* partial) {
  __builtin_memset(partial, 0, static_cast<size_t>(columns) * sizeof(float));
  for (int64_t r = range.begin; r < range.end; ++r) {
    const Real* row = values + r * ld;
    forColumns(columns, [&](int64_t c, auto part) { store(partial + c, load(partial + c, part) + load(row + c, part), part); });
  }
}

// In blocks, so that a long range loses no more than a short one.
template <typename Real>
static double sumOfSquares(const Real* values, RowRange range) {
  constexpr int64_t kBlock = 4096;
  double total = 0;
  for (int64_t begin = range.begin; begin < range.end; begin += kBlock) {
    const int64_t n = range.end - begin < kBlock ? range.end - begin : kBlock;
    Vec sum{};
    forColumns(n, [&](int64_t c, auto part) {
      const Vec x = load(values + begin + c, part);
      sum += x * x;
    });
    total += static_cast<double>(sumLanes(sum));
  }
  return total;
}

static void sumRows(const float* table, int64_t columns, const int32_t* rows, int64_t n, float* out) {
  forColumns(columns, [&](int64_t c, auto part) {
    Vec sum{};
    for (int64_t i = 0; i < n; ++i) sum += load(table + rows[i] * columns + c, part);
    store(out + c, sum, part);
  });
}

static void dropRow(const float* row, int64_t columns, const MaskSpec& mask, int64_t counter, float* out) {
  const DropoutRowKey key = dropoutRowKey(mask.siteKey, counter);
  forColumns(columns, [&](int64_t c, auto part) {
    const Vec x = load(row + c, part);
    store(out + c, mask.threshold == 0 ? x : x * maskOf(key, c, mask.threshold, mask.scale), part);
  });
}

template <typename Real>
static void roundTo(const float* values, Real* out, RowRange range) {
  forColumns(range.end - range.begin,
             [&](int64_t i, auto part) { store(out + range.begin + i, load(values + range.begin + i, part), part); });
}

}  // namespace bornagain::BORNAGAIN_ISA
