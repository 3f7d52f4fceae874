// The word embeddings' optimizer. Of tens of thousands of rows a batch uses some hundreds, yet AdamW moves every row in every step: by its
// moments, and by weight decay. Rows without a gradient are left as they are and make up for their missed steps when they are next needed,
// with their values in registers, which gives the same but for rounding (core/kernels/isa/adamw.h) for a fraction of the memory traffic.
#pragma once

#include <vector>

#include "core/engines/fused/plan.h"
#include "core/engines/fused/weights.h"
#include "core/module.h"

namespace bornagain::fused {

class LazyTable final : public DeferredUpdates {
 public:
  // `module` owns the table's tensor; it is told when updates are put off. Everything outlives this.
  LazyTable(Table& table, Module& module, const ElementwiseKernels<float>& kernels);
  LazyTable(const LazyTable&) = delete;
  LazyTable& operator=(const LazyTable&) = delete;
  ~LazyTable() override;

  // Before a forward pass: brings the rows of a batch up to date, and what another engine has put off.
  void catchUp(const RowUses& uses);
  // The step itself: rows in use by their gradients, the others later.
  void step(const AdamWConstants& constants, const RowUses& uses);
  void settle() override;

 private:
  void replay(int64_t row);
  [[nodiscard]] bool isSeenOutside() const;
  void prefetch(int64_t row) const;

  Table& table_;
  Module& module_;
  const ElementwiseKernels<float>& kernels_;
  std::vector<AdamWConstants> history_;  // of the steps since the last settle
  std::vector<int32_t> done_;            // [rows] steps of the history that a row has
};

}  // namespace bornagain::fused
