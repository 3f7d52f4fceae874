// Clip, AdamW, layer-wise rate and the refresh of the products' copies in one pass over all parameters.
#pragma once

#include <functional>
#include <vector>

#include "core/adamw.h"
#include "core/engines/fused/lazy_table.h"
#include "core/engines/fused/linear.h"
#include "core/engines/fused/plan.h"
#include "core/engines/fused/profiler.h"
#include "core/engines/fused/weights.h"

namespace bornagain::fused {

template <typename Real>
class OptimizerPass {
 public:
  // Everything outlives the pass.
  OptimizerPass(const Model& model, Weights<Real>& weights, AdamW& optimizer, LinearBackend<Real>& linear,
                const ElementwiseKernels<Real>& kernels, Profiler& profiler);

  // Brings the products' copies up to date where parameters were changed from outside since the last call (loading, importing a state).
  void refreshChanged();

  // Brings up to date the rows of the word embeddings that a batch uses.
  void catchUp(const BatchPlan& plan) {
    const Section section(profiler_, "embeddings caught up");
    words_.catchUp(plan.words);
  }

  // Global norm of the gradients. Heads that are not `touched` have none.
  double gradientNorm(const BatchPlan& plan, const std::vector<char>& touched);

  // One step of adamw.h's AdamW::step, on the gradients of the last backward pass.
  void step(const BatchPlan& plan, const std::vector<char>& touched, double learningRate, double norm);

 private:
  // A tile of a matrix's part, one task; the backend's copies are refreshed while its values are in the cache.
  struct MatrixTile {
    Matrix<Real>* matrix;
    int64_t gradientOffset;  // of the part
    WeightTile tile;
  };
  // A vector's part. `copy`: where the values are needed a second time, or null.
  struct VectorPart {
    const Parameter* parameter;
    const float* gradient;
    float* copy;
    int head;  // -1: not a head's
  };
  void addTiles(Matrix<Real>& matrix);
  void addParts(Vector& vector, int head);

  [[nodiscard]] AdamWConstants constants(const Parameter& parameter) const;
  [[nodiscard]] double tableSquares(const Table& table, int64_t rows);
  void updateTable(const Table& table, const RowUses& uses);
  void updateMatrices();
  void updateVectors(const std::vector<char>& touched);
  void rememberVersions();

  Weights<Real>& weights_;
  AdamW& optimizer_;
  LinearBackend<Real>& linear_;
  const ElementwiseKernels<Real>& kernels_;
  Profiler& profiler_;
  LazyTable words_;
  std::vector<MatrixTile> tiles_;
  std::vector<VectorPart> vectors_;
  std::vector<double> squares_;
  std::vector<float> zeros_;  // the gradient of a table's row that no token used
  std::vector<uint32_t> versions_;
  double learningRate_ = 0;
  double gradientScale_ = 1;
};

}  // namespace bornagain::fused
