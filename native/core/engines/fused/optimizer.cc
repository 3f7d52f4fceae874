#include "core/engines/fused/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// Elements of one task.
constexpr int64_t kPiece = 32768;

}  // namespace

template <typename Real>
template <typename T>
void OptimizerPass<Real>::addPieces(std::vector<Piece<T>>& pieces, Stack& stack, const T* gradient, T* copy, int head) {
  int64_t offset = 0;
  for (const Parameter& part : stack.parts) {
    for (int64_t begin = 0; begin < part.size; begin += kPiece) {
      pieces.push_back({&part, gradient + offset, copy == nullptr ? nullptr : copy + offset, {begin, std::min(part.size, begin + kPiece)}, head});
    }
    offset += part.size;
  }
}

template <typename Real>
OptimizerPass<Real>::OptimizerPass(Weights<Real>& weights, AdamW& optimizer, const ElementwiseKernels<Real>& kernels, Profiler& profiler)
    : weights_(weights), optimizer_(optimizer), kernels_(kernels), profiler_(profiler), zeros_(weights.words.columns, 0.0F) {
  weights.forEachMatrix([&](Matrix<Real>& m) { addPieces(matrixPieces_, m.stack, m.gradient.get(), m.shadow.get(), -1); });
  weights.forEachVector([&](Vector& v) { addPieces(vectorPieces_, v.stack, v.gradient.get(), v.joined.get(), -1); });
  for (size_t head = 0; head < weights.heads.size(); ++head) {
    for (Vector* v : {&weights.heads[head].weight, &weights.heads[head].bias}) {
      addPieces(vectorPieces_, v->stack, v->gradient.get(), v->joined.get(), static_cast<int>(head));
    }
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
  parallelTasks(static_cast<int64_t>(matrixPieces_.size()), [&](int64_t task, int) {
    const auto& piece = matrixPieces_[task];
    if (piece.copy != nullptr) kernels_.round(piece.parameter->values, piece.copy, piece.range);
  });
  for (const auto& piece : vectorPieces_) {
    if (piece.copy == nullptr) continue;
    std::copy(piece.parameter->values + piece.range.begin, piece.parameter->values + piece.range.end, piece.copy + piece.range.begin);
  }
  rememberVersions();
}

template <typename Real>
double OptimizerPass<Real>::tableSquares(const Table& table, int64_t rows) {
  const int64_t size = rows * table.columns;
  squares_.assign(taskCount(size, kPiece), 0);
  parallelRows(size, kPiece,
               [&](RowRange range, int64_t task) { squares_[task] = kernels_.sumOfSquaresF32(table.gradient.get(), range); });
  return std::accumulate(squares_.begin(), squares_.end(), 0.0);
}

template <typename Real>
double OptimizerPass<Real>::gradientNorm(const BatchPlan& plan, const std::vector<char>& touched) {
  const Section section(profiler_, "gradient norm");
  double total = tableSquares(weights_.words, plan.words.count()) + tableSquares(weights_.positions, plan.positionRows.count()) +
                 tableSquares(weights_.types, plan.types.count());
  squares_.assign(matrixPieces_.size(), 0);
  parallelTasks(static_cast<int64_t>(matrixPieces_.size()), [&](int64_t task, int) {
    squares_[task] = kernels_.sumOfSquares(matrixPieces_[task].gradient, matrixPieces_[task].range);
  });
  total = std::accumulate(squares_.begin(), squares_.end(), total);
  for (const auto& piece : vectorPieces_) {
    if (piece.head < 0 || touched[piece.head] != 0) total += kernels_.sumOfSquaresF32(piece.gradient, piece.range);
  }
  return std::sqrt(total);
}

template <typename Real>
AdamWConstants OptimizerPass<Real>::constants(const Parameter& parameter) const {
  const AdamWOptions& options = optimizer_.options();
  const auto t = static_cast<double>(optimizer_.steps());
  const double correction1 = options.biasCorrection ? 1 - std::pow(options.beta1, t) : 1.0;
  const double correction2 = options.biasCorrection ? 1 - std::pow(options.beta2, t) : 1.0;
  const double rate = learningRate_ * parameter.optimized->options.learningRateScale;
  return {static_cast<float>(gradientScale_),
          static_cast<float>(options.beta1),
          static_cast<float>(options.beta2),
          static_cast<float>(1 - rate * parameter.optimized->options.weightDecay),
          static_cast<float>(rate / correction1),
          static_cast<float>(1 / std::sqrt(correction2)),
          static_cast<float>(options.epsilon)};
}

template <typename Real>
void OptimizerPass<Real>::updatePieces(const std::vector<char>& touched) {
  const Section section(profiler_, "optimizer");
  parallelTasks(static_cast<int64_t>(matrixPieces_.size()), [&](int64_t task, int) {
    const auto& piece = matrixPieces_[task];
    const Parameter& p = *piece.parameter;
    kernels_.adamW(constants(p), p.values, p.first, p.second, piece.gradient, piece.copy, piece.range);
  });
  parallelTasks(static_cast<int64_t>(vectorPieces_.size()), [&](int64_t task, int) {
    const auto& piece = vectorPieces_[task];
    const Parameter& p = *piece.parameter;
    if (piece.head >= 0 && touched[piece.head] == 0) return;
    kernels_.adamWF32(constants(p), p.values, p.first, p.second, piece.gradient, piece.range);
    if (piece.copy != nullptr) std::copy(p.values + piece.range.begin, p.values + piece.range.end, piece.copy + piece.range.begin);
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
void OptimizerPass<Real>::step(const BatchPlan& plan, const std::vector<char>& touched, double learningRate, double norm) {
  const double clip = optimizer_.options().clipNorm;
  gradientScale_ = norm > clip ? clip / norm : 1.0;
  learningRate_ = learningRate;
  optimizer_.setSteps(optimizer_.steps() + 1);
  updatePieces(touched);
  updateTable(weights_.words, plan.words);
  updateTable(weights_.positions, plan.positionRows);
  updateTable(weights_.types, plan.types);
  // Whoever kept one of these tensors for a backward pass of their own must be told that it changed.
  for (auto& parameter : optimizer_.parameters()) parameter.tensor.unsafeGetTensorImpl()->bump_version();
  rememberVersions();
}

template class OptimizerPass<float>;
template class OptimizerPass<Bf16>;

}  // namespace bornagain::fused
