// The gradients of a batch that comes in micro-batches, summed in fp32. A batch that comes whole never gets here.
#pragma once

#include <vector>

#include "core/engines/fused/plan.h"
#include "core/engines/fused/weights.h"

namespace bornagain::fused {

template <typename Real>
class GradientSum {
 public:
  // Everything outlives the sum.
  GradientSum(Weights<Real>& weights, const ElementwiseKernels<Real>& kernels);

  // Adds the gradients of the last backward pass, whose batch had this plan; `first` begins a new sum.
  void add(const BatchPlan& plan, bool first);

  // Puts the sums where a backward pass leaves gradients. The plan returned holds the rows that any of the micro-batches used (without
  // their tokens), which is what the optimizer needs; it stays valid until the next call.
  const BatchPlan& finish();

 private:
  struct MatrixSum {
    Matrix<Real>* matrix;
    Buffer<float> sum;
  };
  struct VectorSum {
    Vector* vector;
    Buffer<float> sum;
  };
  // [rows in use, columns]
  struct TableSum {
    Table* table;
    Buffer<float> sum;
  };
  void addTable(TableSum& own, const RowUses& uses, RowUses& total, bool first);

  const ElementwiseKernels<Real>& kernels_;
  std::vector<MatrixSum> matrices_;
  std::vector<VectorSum> vectors_;
  TableSum words_, positions_, types_;
  BatchPlan plan_;
  std::vector<double> squares_;
};

}  // namespace bornagain::fused
