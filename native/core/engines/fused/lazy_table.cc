#include "core/engines/fused/lazy_table.h"

#include <algorithm>

#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// Rows of one task.
constexpr int64_t kTableRows = 32;
// How many rows ahead are fetched.
constexpr int64_t kAhead = 3;
// Steps after which every row is brought up to date, so that the history stays short.
constexpr size_t kHistory = 1024;
// Who holds the table's tensor while nobody outside looks at it: the module twice, and the session's optimizer.
constexpr size_t kHolders = 3;

}  // namespace

LazyTable::LazyTable(Table& table, Module& module, const ElementwiseKernels<float>& kernels)
    : table_(table), module_(module), kernels_(kernels), done_(table.parameter.size / table.columns, 0) {
  history_.reserve(kHistory);
}

LazyTable::~LazyTable() { module_.settleOwn(*this); }

void LazyTable::replay(int64_t row) {
  const auto missed = static_cast<int64_t>(history_.size()) - done_[row];
  if (missed == 0) return;
  const Parameter& p = table_.parameter;
  const int64_t at = row * table_.columns;
  kernels_.adamWReplay(history_.data() + done_[row], missed, p.values + at, p.first + at, p.second + at, table_.columns);
  done_[row] = static_cast<int32_t>(history_.size());
}

// Rows in use lie far apart, where the CPU does not look ahead by itself.
void LazyTable::prefetch(int64_t row) const {
  constexpr int64_t kLine = 64 / sizeof(float);
  const Parameter& p = table_.parameter;
  for (const float* values : {p.values, p.first, p.second}) {
    for (int64_t c = 0; c < table_.columns; c += kLine) __builtin_prefetch(values + row * table_.columns + c);
  }
}

void LazyTable::catchUp(const RowUses& uses) {
  module_.settleOthers(*this);
  if (history_.empty()) return;
  parallelRows(uses.count(), kTableRows, [&](RowRange range, int64_t) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      if (i + kAhead < range.end) prefetch(uses.rows[i + kAhead]);
      replay(uses.rows[i]);
    }
  });
}

void LazyTable::step(const AdamWConstants& constants, const RowUses& uses) {
  history_.push_back(constants);
  parallelRows(uses.count(), kTableRows, [&](RowRange range, int64_t) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      if (i + kAhead < range.end) prefetch(uses.rows[i + kAhead]);
      const int64_t row = uses.rows[i], at = row * table_.columns;
      const Parameter& p = table_.parameter;
      kernels_.adamW(constants, p.values + at, p.first + at, p.second + at, table_.gradient.get() + i * table_.columns,
                     {0, table_.columns});
      done_[row] = static_cast<int32_t>(history_.size());
    }
  });
  module_.defer(*this);
  if (history_.size() == kHistory || isSeenOutside()) module_.settleOwn(*this);
}

// Whether JavaScript has the tensor, or a view of it.
bool LazyTable::isSeenOutside() const {
  const at::Tensor& tensor = table_.parameter.optimized->tensor;
  return tensor.use_count() > kHolders || tensor.storage().use_count() > 1;
}

void LazyTable::settle() {
  parallelRows(static_cast<int64_t>(done_.size()), kTableRows, [&](RowRange range, int64_t) {
    for (int64_t row = range.begin; row < range.end; ++row) replay(row);
  });
  history_.clear();
  std::fill(done_.begin(), done_.end(), 0);
}

}  // namespace bornagain::fused
