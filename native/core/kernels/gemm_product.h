// How a product is cut into tasks, for the files of Gemm.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm_kernels.h"

namespace bornagain::gemm {

// Words of depth multiplied before the next panel: a panel of so many words stays in the second-level cache.
constexpr int64_t kChunk = 832;
// Bytes of left operand that one task goes over again and again, in the second-level cache too.
constexpr int64_t kLeftBytes = int64_t{384} << 10;
// Floats of C kept between chunks by one task, at most: a task's tiles are so few that one panel of them always fits.
constexpr int64_t kKeptFloats = int64_t{48} << 10;
// Tasks that are enough for any machine.
constexpr int64_t kTasks = 256;
// Rows packed by one task: whole words, tiles and panels of every kernel.
constexpr int64_t kPackRows = 256;

constexpr int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <typename Real>
constexpr int64_t wholeWords(int64_t elements) {
  return wordsOf<Real>(elements) * kWordElements<Real>;
}

// C's tiles and panels cut into tasks, by the shape alone.
class Partition {
 public:
  Partition(int64_t tiles, int64_t tileRows, int64_t panels, int64_t words, int64_t chunk, int64_t taskWork)
      : tiles_(tiles), panels_(panels) {
    const int64_t wanted = std::clamp<int64_t>(tiles * tileRows * panels * kPanel * words / taskWork, 1, kTasks);
    const int64_t fitting = std::max<int64_t>(1, kLeftBytes / (tileRows * chunk * static_cast<int64_t>(sizeof(float))));
    tileBlocks_ = std::max(ceilDiv(tiles, fitting), std::min(tiles, ceilDiv(wanted, panels)));
    tilesPerTask_ = ceilDiv(tiles, tileBlocks_);
    tileBlocks_ = ceilDiv(tiles, tilesPerTask_);
    panelsPerTask_ = ceilDiv(panels, ceilDiv(wanted, tileBlocks_));
    if (chunk < words) panelsPerTask_ = std::clamp<int64_t>(kKeptFloats / (tilesPerTask_ * tileRows * kPanel), 1, panelsPerTask_);
    panelBlocks_ = ceilDiv(panels, panelsPerTask_);
  }

  [[nodiscard]] int64_t tasks() const { return tileBlocks_ * panelBlocks_; }
  [[nodiscard]] GemmRange range(int64_t task) const {
    const int64_t tile = task / panelBlocks_ * tilesPerTask_, panel = task % panelBlocks_ * panelsPerTask_;
    return {tile, std::min(tiles_, tile + tilesPerTask_), panel, std::min(panels_, panel + panelsPerTask_)};
  }

 private:
  int64_t tiles_;
  int64_t panels_;
  int64_t tileBlocks_;
  int64_t tilesPerTask_;
  int64_t panelsPerTask_;
  int64_t panelBlocks_;
};

// A product and its tasks, which may run in any order and on any thread.
template <typename Real>
class Product {
 public:
  Product(const GemmKernels<Real>& kernels, const GemmOperands<Real>& operands, int64_t panels)
      : kernels_(kernels), g_(operands), partition_(cut(kernels, g_, panels)) {}

  [[nodiscard]] int64_t tasks() const { return partition_.tasks(); }
  // `kept`: kKeptFloats of the calling thread. Returns the sum of the squares of the task's part of C where `squares`, else 0.
  double run(int64_t task, bool squares, float* kept) const { return kernels_.multiply(g_, partition_.range(task), squares, kept); }

 private:
  static Partition cut(const GemmKernels<Real>& kernels, GemmOperands<Real>& g, int64_t panels) {
    const int64_t grains = ceilDiv(g.words, kernels.depthGrain);
    g.chunk = ceilDiv(grains, ceilDiv(g.words, kChunk)) * kernels.depthGrain;
    return {ceilDiv(g.rows, kernels.tileRows), kernels.tileRows, panels, g.words, g.chunk, kernels.taskWork};
  }

  const GemmKernels<Real>& kernels_;
  GemmOperands<Real> g_;
  Partition partition_;
};

}  // namespace bornagain::gemm
