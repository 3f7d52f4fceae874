// What the tests of the elementwise kernels have in common: sizes, operands, outputs and tolerances.
#pragma once

#include <ATen/ops/as_strided.h>
#include <ATen/ops/full.h>

#include <string>

#include "core/dropout.h"
#include "core/dropout_hash.h"
#include "core/kernels/mask_spec.h"
#include "harness.h"

namespace bornagain::test {

struct Size {
  int64_t rows;
  int64_t columns;
};

// Columns around a vector of 16, and real models'; 257 rows are several tasks.
constexpr Size kSizes[] = {{1, 1},  {3, 1},    {257, 1}, {1, 15},   {3, 15},  {3, 16},  {257, 16}, {1, 17},
                           {3, 17}, {257, 17}, {3, 40},  {257, 40}, {1, 384}, {3, 384}, {1, 768},  {257, 768}};
// Rows of one task; of 257, the last has fewer.
constexpr int64_t kGrain = 48;
// Elements of one task of what knows no rows; no multiple of 16, so that tasks begin and end within a vector.
constexpr int64_t kPiece = 1000;
// Columns, or elements where there are no rows.
constexpr int64_t kColumns[] = {1, 15, 16, 17, 40, 384, 768};
constexpr int64_t kLengths[] = {1, 15, 16, 17, 40, 384, 768, 3 * kPiece + 5};

// Where fp32 rounds once or never, LibTorch's fp32 gives the same number.
constexpr Tolerance kExact{0, 0};

// For what is stored as Real: bf16 has a significand of 8 bits, so rounding to it moves a number by at most 2^-8 of its value.
template <typename Real>
constexpr Tolerance stored(Tolerance t) {
  return std::is_same_v<Real, float> ? t : Tolerance{t.relative + 1.0 / 256, t.absolute};
}

inline std::string sized(const std::string& what, int64_t rows, int64_t columns) {
  return what + " " + std::to_string(rows) + " x " + std::to_string(columns);
}

// Multiples of 1/32 below 8, which bf16 holds. Sums of thousands of them, or of their squares, need no more than the 24 bits of fp32: no
// addition rounds, in whatever order, and one element too many or too few is seen.
inline at::Tensor fewBits(at::IntArrayRef sizes, uint64_t seed, at::ScalarType type = at::kFloat) {
  return randomNormal(sizes, seed).mul(32).round().div(32).to(type);
}

constexpr DropoutKey kMaskKey{7, 3};

inline MaskSpec maskAt(DropoutSite site, double rate) {
  return {dropoutSiteKey(kMaskKey.seed, kMaskKey.step, site.id()), dropoutThreshold(rate), static_cast<float>(1 / (1 - rate))};
}

constexpr int64_t kMargin = 16;
constexpr double kUntouched = 77;

// An output with a margin on either side, which no kernel may touch.
inline at::Tensor output(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
  const int64_t n = c10::multiply_integers(sizes);
  return at::full({n + 2 * kMargin}, kUntouched, type).narrow(0, kMargin, n).view(sizes);
}

inline at::Tensor outputOf(const at::Tensor& values) { return output(values.sizes(), values.scalar_type()).copy_(values); }

inline void checkOutput(Context& t, const std::string& what, const at::Tensor& output, const std::function<at::Tensor()>& expected,
                        Tolerance tolerance) {
  t.check(what, output, expected, tolerance);
  for (const int64_t offset : {-kMargin, output.numel()}) {
    t.check(
        what + (offset < 0 ? ", before it" : ", after it"), output.as_strided({kMargin}, {1}, output.storage_offset() + offset),
        [] { return at::full({kMargin}, kUntouched, at::kDouble); }, kExact);
  }
}

}  // namespace bornagain::test
