// Sums over rows whose partition does not depend on the thread count.
#pragma once

#include <cstdint>

#include "core/kernels/buffer.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"

namespace bornagain::fused {

// Rows of one partial sum.
constexpr int64_t kSumRows = 48;

// out [columns] = sum over `parts` of partials [parts, stride].
void addPartials(int64_t parts, int64_t stride, int64_t columns, const float* partials, float* out);

// out [columns] = column sums of values [rows, ld]. `partials` is scratch.
template <typename Real>
void columnSums(const ElementwiseKernels<Real>& kernels, int64_t rows, const Real* values, int64_t ld, int64_t columns,
                Buffer<float>& partials, float* out) {
  const int64_t parts = taskCount(rows, kSumRows);
  float* scratch = partials.ensure(parts * columns);
  parallelRows(rows, kSumRows,
               [&](RowRange range, int64_t part) { kernels.columnSums(values, ld, columns, range, scratch + part * columns); });
  addPartials(parts, columns, columns, scratch, out);
}

}  // namespace bornagain::fused
