#include "core/engines/fused/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// Elements of one task.
constexpr int64_t kPiece = 32768;
// Steps from one that settles to the next.
constexpr int64_t kSettling = 16;
// Columns of one tile of a matrix; its rows are a panel's.
constexpr int64_t kTileColumns = 1024;

}  // namespace

template <typename Real>
OptimizerPass<Real>::OptimizerPass(const Model& model, Weights<Real>& weights, AdamW& optimizer, LinearBackend<Real>& linear,
                                   const ElementwiseKernels<Real>& kernels, Profiler& profiler)
    : weights_(weights),
      optimizer_(optimizer),
      linear_(linear),
      kernels_(kernels),
      profiler_(profiler),
      words_(weights.words, *model.encoder, elementwiseTables().fp32),
      zeros_(weights.words.columns, 0.0F) {
  weights.forEachMatrix([&](Matrix<Real>& matrix) {
    linear.prepare(matrix);
    addTiles(matrix);
  });
  weights.forEachVector([&](Vector& vector) { addParts(vector); });
  for (auto& head : weights.heads) {
    addParts(head.weight);
    addParts(head.bias);
  }
}

template <typename Real>
void OptimizerPass<Real>::addTiles(Matrix<Real>& matrix) {
  int64_t offset = 0;
  for (size_t part = 0; part < matrix.stack.parts.size(); ++part) {
    const int64_t columns = matrix.stack.columns, rows = matrix.stack.parts[part].size / columns;
    for (int64_t row = 0; row < rows; row += kPanel) {
      for (int64_t column = 0; column < columns; column += kTileColumns) {
        tiles_.push_back(
            {&matrix,
             offset,
             {static_cast<int64_t>(part), row, std::min(rows, row + kPanel), column, std::min(columns, column + kTileColumns)}});
      }
    }
    offset += rows * columns;
  }
}

template <typename Real>
void OptimizerPass<Real>::addParts(Vector& vector) {
  int64_t offset = 0;
  for (const Parameter& part : vector.stack.parts) {
    float* copy = vector.joined.get();
    vectors_.push_back({&part, vector.gradient.get() + offset, copy == nullptr ? nullptr : copy + offset});
    offset += part.size;
  }
}

template <typename Real>
void OptimizerPass<Real>::rememberVersions() {
  versions_.clear();
  for (const auto& parameter : optimizer_.parameters()) versions_.push_back(parameter.tensor._version());
}

template <typename Real>
void OptimizerPass<Real>::refreshChanged() {
  const auto& parameters = optimizer_.parameters();
  bool changed = versions_.empty();
  for (size_t i = 0; !changed && i < parameters.size(); ++i) changed = parameters[i].tensor._version() != versions_[i];
  if (!changed) return;
  parallelTasks(static_cast<int64_t>(tiles_.size()), [&](int64_t task, int) { linear_.refresh(*tiles_[task].matrix, tiles_[task].tile); });
  for (const auto& part : vectors_) {
    if (part.copy != nullptr) std::copy_n(part.parameter->values, part.parameter->size, part.copy);
  }
  rememberVersions();
}

template <typename Real>
double OptimizerPass<Real>::tableSquares(const Table& table, int64_t rows) {
  const int64_t size = rows * table.columns;
  squares_.assign(taskCount(size, kPiece), 0);
  parallelRows(size, kPiece, [&](RowRange range, int64_t task) { squares_[task] = kernels_.sumOfSquaresF32(table.gradient.get(), range); });
  return std::accumulate(squares_.begin(), squares_.end(), 0.0);
}

template <typename Real>
double OptimizerPass<Real>::gradientNorm(const BatchPlan& plan) {
  const Section section(profiler_, "gradient norm");
  double total = tableSquares(weights_.words, plan.words.count()) + tableSquares(weights_.positions, plan.positionRows.count()) +
                 tableSquares(weights_.types, plan.types.count());
  weights_.forEachMatrix([&](const Matrix<Real>& matrix) { total += matrix.gradientSquares; });
  for (const auto& part : vectors_) total += kernels_.sumOfSquaresF32(part.gradient, {0, part.parameter->size});
  return std::sqrt(total);
}

template <typename Real>
AdamWConstants OptimizerPass<Real>::constants(const Parameter& parameter) const {
  const AdamWOptions& options = optimizer_.options();
  const auto t = static_cast<double>(optimizer_.steps());
  const double correction1 = options.biasCorrection ? 1 - std::pow(options.beta1, t) : 1.0;
  const double correction2 = options.biasCorrection ? 1 - std::pow(options.beta2, t) : 1.0;
  const double rate = learningRate_ * parameter.optimized->options.learningRateScale;
  return {static_cast<float>(gradientScale_),     static_cast<float>(options.beta1),
          static_cast<float>(options.beta2),      static_cast<float>(1 - options.beta1),
          static_cast<float>(1 - options.beta2),  static_cast<float>(1 - rate * parameter.optimized->options.weightDecay),
          static_cast<float>(rate / correction1), static_cast<float>(1 / std::sqrt(correction2)),
          static_cast<float>(options.epsilon),    optimizer_.steps() % kSettling == 0};
}

template <typename Real>
void OptimizerPass<Real>::updateMatrices() {
  const Section section(profiler_, "optimizer of matrices");
  parallelTasks(static_cast<int64_t>(tiles_.size()), [&](int64_t task, int) {
    const auto& [matrix, offset, tile] = tiles_[task];
    const Parameter& p = matrix->stack.parts[tile.part];
    const AdamWConstants k = constants(p);
    for (int64_t row = tile.rowBegin; row < tile.rowEnd; ++row) {
      const int64_t at = row * matrix->stack.columns;
      kernels_.adamW(k, p.values, p.first, p.second, matrix->gradient.get() + offset, {at + tile.columnBegin, at + tile.columnEnd});
    }
    linear_.refresh(*matrix, tile);
  });
}

template <typename Real>
void OptimizerPass<Real>::updateVectors() {
  const Section section(profiler_, "optimizer of vectors");
  parallelTasks(static_cast<int64_t>(vectors_.size()), [&](int64_t task, int) {
    const auto& [parameter, gradient, copy] = vectors_[task];
    const Parameter& p = *parameter;
    kernels_.adamWF32(constants(p), p.values, p.first, p.second, gradient, {0, p.size});
    if (copy != nullptr) std::copy_n(p.values, p.size, copy);
  });
}

template <typename Real>
void OptimizerPass<Real>::updateTable(const Table& table, const RowUses& uses) {
  const Section section(profiler_, "optimizer of embeddings");
  const int64_t columns = table.columns, rows = table.parameter.size / columns;
  const Parameter& p = table.parameter;
  const AdamWConstants k = constants(p);
  parallelRows(rows, std::max<int64_t>(1, kPiece / columns), [&](RowRange range, int64_t) {
    auto use = std::lower_bound(uses.rows.begin(), uses.rows.end(), static_cast<int32_t>(range.begin));
    for (int64_t row = range.begin; row < range.end; ++row) {
      const bool used = use != uses.rows.end() && *use == row;
      const float* gradient = used ? table.gradient.get() + (use - uses.rows.begin()) * columns : zeros_.data();
      if (used) ++use;
      const int64_t at = row * columns;
      kernels_.adamWF32(k, p.values + at, p.first + at, p.second + at, gradient, {0, columns});
    }
  });
}

template <typename Real>
void OptimizerPass<Real>::step(const BatchPlan& plan, double learningRate, double norm) {
  const double clip = optimizer_.options().clipNorm;
  gradientScale_ = norm > clip ? clip / norm : 1.0;
  learningRate_ = learningRate;
  optimizer_.setSteps(optimizer_.steps() + 1);
  updateMatrices();
  updateVectors();
  {
    const Section section(profiler_, "optimizer of embeddings");
    words_.step(constants(weights_.words.parameter), plan.words);
  }
  updateTable(weights_.positions, plan.positionRows);
  updateTable(weights_.types, plan.types);
  // Whoever kept one of these tensors for a backward pass of their own must be told that it changed.
  for (auto& parameter : optimizer_.parameters()) parameter.tensor.unsafeGetTensorImpl()->bump_version();
  rememberVersions();
}

template class OptimizerPass<float>;
template class OptimizerPass<Bf16>;

}  // namespace bornagain::fused
