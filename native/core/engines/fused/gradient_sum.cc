#include "core/engines/fused/gradient_sum.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// Elements of one task.
constexpr int64_t kSumPiece = 32768;

template <typename Value>
void accumulate(const Value* values, int64_t size, bool first, float* sum) {
  parallelRows(size, kSumPiece, [&](RowRange range, int64_t) {
    for (int64_t i = range.begin; i < range.end; ++i) sum[i] = first ? toFloat(values[i]) : sum[i] + toFloat(values[i]);
  });
}

}  // namespace

template <typename Real>
GradientSum<Real>::GradientSum(Weights<Real>& weights, const ElementwiseKernels<Real>& kernels)
    : kernels_(kernels), words_{&weights.words, {}}, positions_{&weights.positions, {}}, types_{&weights.types, {}} {
  weights.forEachMatrix([&](Matrix<Real>& matrix) { matrices_.push_back({&matrix, {}}); });
  weights.forEachVector([&](Vector& vector) { vectors_.push_back({&vector, {}}); });
  for (auto& head : weights.heads) {
    vectors_.push_back({&head.weight, {}});
    vectors_.push_back({&head.bias, {}});
  }
}

template <typename Real>
void GradientSum<Real>::add(const BatchPlan& plan, bool first) {
  for (auto& [matrix, sum] : matrices_) {
    accumulate(matrix->gradient.get(), matrix->stack.size(), first, sum.ensure(matrix->stack.size()));
  }
  for (auto& [vector, sum] : vectors_) {
    accumulate(vector->gradient.get(), vector->stack.size(), first, sum.ensure(vector->stack.size()));
  }
  addTable(words_, plan.words, plan_.words, first);
  addTable(positions_, plan.positionRows, plan_.positionRows, first);
  addTable(types_, plan.types, plan_.types, first);
}

// Both lists of rows ascend, so one pass over their union finds the rows of each.
template <typename Real>
void GradientSum<Real>::addTable(TableSum& own, const RowUses& uses, RowUses& total, bool first) {
  const int64_t columns = own.table->columns;
  if (first) total.rows.clear();
  std::vector<int32_t> rows;
  std::set_union(total.rows.begin(), total.rows.end(), uses.rows.begin(), uses.rows.end(), std::back_inserter(rows));
  Buffer<float> merged(std::max<int64_t>(1, static_cast<int64_t>(rows.size()) * columns));
  const float* before = own.sum.get();
  const float* added = own.table->gradient.get();
  size_t a = 0, b = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    float* out = merged.get() + static_cast<int64_t>(i) * columns;
    const bool inSum = a < total.rows.size() && total.rows[a] == rows[i];
    const bool inUses = b < uses.rows.size() && uses.rows[b] == rows[i];
    if (inSum) std::copy_n(before + static_cast<int64_t>(a) * columns, columns, out);
    if (inUses && !inSum) std::copy_n(added + static_cast<int64_t>(b) * columns, columns, out);
    if (inUses && inSum) {
      for (int64_t c = 0; c < columns; ++c) out[c] += added[static_cast<int64_t>(b) * columns + c];
    }
    if (inSum) ++a;
    if (inUses) ++b;
  }
  own.sum = std::move(merged);
  total.rows = std::move(rows);
}

template <typename Real>
const BatchPlan& GradientSum<Real>::finish() {
  for (auto& [matrix, sum] : matrices_) {
    Real* gradient = matrix->gradient.get();
    const float* values = sum.get();
    const int64_t size = matrix->stack.size();
    squares_.assign(taskCount(size, kSumPiece), 0);
    parallelRows(size, kSumPiece, [&](RowRange range, int64_t task) {
      for (int64_t i = range.begin; i < range.end; ++i) gradient[i] = fromFloat<Real>(values[i]);
      squares_[task] = kernels_.sumOfSquares(gradient, range);
    });
    matrix->gradientSquares = std::accumulate(squares_.begin(), squares_.end(), 0.0);
  }
  for (auto& [vector, sum] : vectors_) std::copy_n(sum.get(), vector->stack.size(), vector->gradient.get());
  const auto putBack = [](const TableSum& own, const RowUses& uses) {
    const int64_t size = uses.count() * own.table->columns;
    std::copy_n(own.sum.get(), size, own.table->gradient.ensure(size));
  };
  putBack(words_, plan_.words);
  putBack(positions_, plan_.positionRows);
  putBack(types_, plan_.types);
  return plan_;
}

template class GradientSum<float>;
template class GradientSum<Bf16>;

}  // namespace bornagain::fused
