// Dropout masks from a counter-based generator: a mask element is a pure function of (seed, step, site, row, column), so it depends
// neither on the thread count, nor on how sequences were grouped, nor on where a run was interrupted.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace bornagain {

struct DropoutKey {
  uint64_t seed = 0;
  uint64_t step = 0;
};

// No value: evaluation, nothing is dropped.
using Dropout = std::optional<DropoutKey>;

// Where in the model a mask is applied. Two places never share masks within a step.
class DropoutSite {
 public:
  static DropoutSite embeddings() { return DropoutSite(0); }
  static DropoutSite attentionProbabilities(int64_t layer) { return DropoutSite(1 + 3 * layer); }
  static DropoutSite attentionOutput(int64_t layer) { return DropoutSite(2 + 3 * layer); }
  static DropoutSite feedForwardOutput(int64_t layer) { return DropoutSite(3 + 3 * layer); }
  static DropoutSite pooled() { return DropoutSite(int64_t{1} << 32); }
  // A site by number, for callers outside the model (the mask's own tests).
  static DropoutSite numbered(int64_t id) { return DropoutSite(id); }

  [[nodiscard]] uint64_t id() const { return id_; }

 private:
  explicit DropoutSite(int64_t id) : id_(static_cast<uint64_t>(id)) {}
  uint64_t id_;
};

// Mask [rows.size(), columns] with 1 / (1 - rate) where an element is kept and 0 where it is dropped. `rows` are the counters of the
// rows: whoever computes the same row elsewhere (another grouping, another engine) passes the same number and gets the same mask.
at::Tensor dropoutMask(const DropoutKey& key, DropoutSite site, const std::vector<int64_t>& rows, int64_t columns, double rate,
                       const at::TensorOptions& options);

// The same mask out of LibTorch's integer operations, which run on any device; what dropoutMask uses away from the CPU.
at::Tensor dropoutMaskFromOps(const DropoutKey& key, DropoutSite site, const std::vector<int64_t>& rows, int64_t columns, double rate,
                              const at::TensorOptions& options);

// values [n, columns] times its mask; values itself when `dropout` is empty or the rate is 0.
at::Tensor applyDropout(const at::Tensor& values, const Dropout& dropout, DropoutSite site, const std::vector<int64_t>& rows, double rate);

}  // namespace bornagain
