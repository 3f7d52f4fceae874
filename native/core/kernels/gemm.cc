#include "core/kernels/gemm.h"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <vector>

#include "core/kernels/gemm_kernels.h"
#include "core/kernels/parallel.h"

namespace bornagain {

namespace {

// Words of depth multiplied before the next panel: a panel of so many words stays in the second-level cache.
constexpr int64_t kChunk = 832;
// Bytes of left operand that one task goes over again and again, in the second-level cache too.
constexpr int64_t kLeftBytes = int64_t{384} << 10;
// Floats of C kept between chunks by one task.
constexpr int64_t kKeptFloats = int64_t{48} << 10;
// Tasks that are enough for any machine.
constexpr int64_t kTasks = 256;
// Rows and columns packed by one task: whole words, tiles and panels of every kernel.
constexpr int64_t kPackRows = 256;
constexpr int64_t kPackColumns = 384;

constexpr int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <typename Real>
constexpr int64_t wholeWords(int64_t elements) {
  return wordsOf<Real>(elements) * kWordElements<Real>;
}

// C's tiles and panels cut into tasks, by the shape alone.
class Partition {
 public:
  Partition(int64_t tiles, int64_t tileRows, int64_t panels, int64_t words, int64_t chunk, int64_t taskWork)
      : tiles_(tiles), tileRows_(tileRows), panels_(panels) {
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
  [[nodiscard]] int64_t keptFloats() const { return tilesPerTask_ * tileRows_ * panelsPerTask_ * kPanel; }
  [[nodiscard]] GemmRange range(int64_t task) const {
    const int64_t tile = task / panelBlocks_ * tilesPerTask_, panel = task % panelBlocks_ * panelsPerTask_;
    return {tile, std::min(tiles_, tile + tilesPerTask_), panel, std::min(panels_, panel + panelsPerTask_)};
  }

 private:
  int64_t tiles_;
  int64_t tileRows_;
  int64_t panels_;
  int64_t tileBlocks_;
  int64_t tilesPerTask_;
  int64_t panelsPerTask_;
  int64_t panelBlocks_;
};

// Runs a product; `squares` (may be null) gets the sum of the squares of C.
template <typename Real>
void run(const GemmKernels<Real>& kernels, GemmOperands<Real> g, int64_t panels, Buffer<float>& scratch, double* squares) {
  const int64_t grains = ceilDiv(g.words, kernels.depthGrain);
  g.chunk = ceilDiv(grains, ceilDiv(g.words, kChunk)) * kernels.depthGrain;
  const Partition partition(ceilDiv(g.rows, kernels.tileRows), kernels.tileRows, panels, g.words, g.chunk, kernels.taskWork);
  const int64_t kept = g.chunk < g.words ? partition.keptFloats() : 0;
  float* floats = scratch.ensure(kept * maxThreads());
  std::vector<double> sums(squares != nullptr ? partition.tasks() : 0);
  parallelTasks(partition.tasks(), [&](int64_t task, int thread) {
    const double sum = kernels.multiply(g, partition.range(task), squares != nullptr, floats + kept * thread);
    if (squares != nullptr) sums[task] = sum;
  });
  if (squares != nullptr) *squares = std::accumulate(sums.begin(), sums.end(), 0.0);
}

template <typename Real>
const GemmKernels<Real>& kernelsOf(InstructionSet set) {
  if constexpr (std::is_same_v<Real, float>) {
    return gemmTables(set).fp32;
  } else {
    return gemmTables(set).bf16;
  }
}

// Rows whose parts are not whole words, copied so that each part is.
template <typename Real>
const Real* wholeParts(int64_t rows, const Real* from, int64_t ld, int64_t parts, int64_t columns, Buffer<Real>& buffer) {
  const int64_t padded = wholeWords<Real>(columns);
  Real* to = buffer.ensure(rows * parts * padded);
  parallelTasks(ceilDiv(rows, kPackRows), [&](int64_t task, int) {
    for (int64_t r = task * kPackRows; r < std::min(rows, (task + 1) * kPackRows); ++r) {
      for (int64_t p = 0; p < parts; ++p) {
        Real* row = to + (r * parts + p) * padded;
        std::copy_n(from + r * ld + p * columns, columns, row);
        std::fill_n(row + columns, padded - columns, Real{});
      }
    }
  });
  return to;
}

}  // namespace

#if defined(__x86_64__)
namespace avx2 {
extern const GemmTables gemmTable;
}
namespace avx512 {
extern const GemmTables gemmTable;
}
namespace avx512_bf16 {
extern const GemmTables gemmTable;
}
namespace amx_bf16 {
extern const GemmTables gemmTable;
}
#endif
namespace portable {
extern const GemmTables gemmTable;
}

const GemmTables& gemmTables(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kAmxBf16:
      return amx_bf16::gemmTable;
    case InstructionSet::kAvx512Bf16:
      return avx512_bf16::gemmTable;
    case InstructionSet::kAvx512:
      return avx512::gemmTable;
    case InstructionSet::kAvx2:
      return avx2::gemmTable;
    case InstructionSet::kPortable:
      break;
  }
#else
  static_cast<void>(set);
#endif
  return portable::gemmTable;
}

template <typename Real>
int64_t packedForwardSize(const WeightShape& s) {
  return s.parts * ceilDiv(s.partRows, kPanel) * kPanel * wholeWords<Real>(s.columns);
}

template <typename Real>
int64_t packedBackwardSize(const WeightShape& s) {
  return ceilDiv(s.columns, kPanel) * kPanel * s.parts * wholeWords<Real>(s.partRows);
}

template <typename Real>
Gemm<Real>::Gemm(InstructionSet set) : kernels_(kernelsOf<Real>(set)) {}

template <typename Real>
void Gemm<Real>::pack(const WeightShape& s, const WeightTile& t, const float* values, int64_t ld, Real* forward, Real* backward) const {
  const float* origin = values - t.rowBegin * ld - t.columnBegin;
  const PackSource<float> source{origin, ld, t.rowBegin, t.rowEnd, t.columnBegin, t.columnEnd};
  if (forward != nullptr) {
    const int64_t panelLd = kPanel * wholeWords<Real>(s.columns);
    kernels_.packTransposedF32(source, panelLd, forward + t.part * ceilDiv(s.partRows, kPanel) * panelLd);
  }
  if (backward != nullptr) {
    const int64_t partLd = kPanel * wholeWords<Real>(s.partRows);
    kernels_.packPanelsF32(source, s.parts * partLd, backward + t.part * partLd);
  }
}

template <typename Real>
void Gemm<Real>::packAll(const WeightShape& s, const float* const* values, Real* forward, Real* backward) const {
  constexpr int64_t kColumns = 512;
  const int64_t rowTiles = ceilDiv(s.partRows, kPanel), columnTiles = ceilDiv(s.columns, kColumns);
  parallelTasks(s.parts * rowTiles * columnTiles, [&](int64_t task, int) {
    const int64_t column = task % columnTiles * kColumns, row = task / columnTiles % rowTiles * kPanel;
    const int64_t part = task / columnTiles / rowTiles;
    const WeightTile tile{part, row, std::min(s.partRows, row + kPanel), column, std::min(s.columns, column + kColumns)};
    pack(s, tile, values[part] + row * s.columns + column, s.columns, forward, backward);
  });
}

template <typename Real>
void Gemm<Real>::forward(int64_t rows, const Real* x, int64_t ldx, const WeightShape& s, const Real* packed, PartRange parts,
                         const Epilogue<Real>& epilogue) {
  const int64_t depth = wholeWords<Real>(s.columns), panels = ceilDiv(s.partRows, kPanel), panelLd = kPanel * depth;
  if (depth != s.columns) {
    x = wholeParts(rows, x, ldx, 1, s.columns, left_);
    ldx = depth;
  }
  const int64_t words = wordsOf<Real>(s.columns);
  const Real* right = packed + parts.begin * panels * panelLd;
  run<Real>(kernels_, {rows, words, x, ldx, right, panelLd, panels, s.partRows, words, epilogue}, (parts.end - parts.begin) * panels, sums_,
            nullptr);
}

template <typename Real>
void Gemm<Real>::inputGradient(int64_t rows, const Real* dy, int64_t ldy, const WeightShape& s, const Real* packed, PartRange parts,
                               const Epilogue<Real>& epilogue) {
  const int64_t partDepth = wholeWords<Real>(s.partRows), n = parts.end - parts.begin, panels = ceilDiv(s.columns, kPanel);
  if (partDepth != s.partRows) {
    dy = wholeParts(rows, dy, ldy, n, s.partRows, left_);
    ldy = n * partDepth;
  }
  const int64_t words = n * wordsOf<Real>(s.partRows);
  const Real* right = packed + parts.begin * kPanel * partDepth;
  run<Real>(kernels_, {rows, words, dy, ldy, right, s.parts * kPanel * partDepth, panels, s.columns, words, epilogue}, panels, sums_,
            nullptr);
}

template <typename Real>
template <typename Gradient>
double Gemm<Real>::weightGradient(int64_t rows, const Real* dy, int64_t ldy, int64_t out, const Real* x, int64_t ldx, int64_t in,
                                  Gradient* gradient, float* biasGradient) {
  const int64_t words = ceilDiv(wordsOf<Real>(rows), kernels_.depthGrain) * kernels_.depthGrain, depth = words * kWordElements<Real>;
  const int64_t tileRows = kernels_.tileRows, tiles = ceilDiv(out, tileRows), panels = ceilDiv(in, kPanel),
                blocks = ceilDiv(rows, kPackRows);
  Real* left = left_.ensure(tiles * tileRows * depth);
  Real* right = right_.ensure(panels * kPanel * depth);
  float* sums = sums_.ensure(blocks * out);
  const int64_t leftTasks = ceilDiv(out, kPackColumns) * blocks, rightTasks = ceilDiv(in, kPackColumns) * blocks;
  parallelTasks(leftTasks + rightTasks, [&](int64_t task, int) {
    const bool isLeft = task < leftTasks;
    if (!isLeft) task -= leftTasks;
    const int64_t row = task % blocks * kPackRows, column = task / blocks * kPackColumns, rowEnd = std::min(rows, row + kPackRows);
    if (isLeft) {
      kernels_.packTiles({dy, ldy, row, rowEnd, column, std::min(out, column + kPackColumns)}, tileRows * depth, left,
                         biasGradient == nullptr ? nullptr : sums + task % blocks * out + column);
    } else {
      kernels_.packPanels({x, ldx, row, rowEnd, column, std::min(in, column + kPackColumns)}, kPanel * depth, right);
    }
  });
  for (int64_t c = 0; biasGradient != nullptr && c < out; ++c) {
    biasGradient[c] = 0;
    for (int64_t b = 0; b < blocks; ++b) biasGradient[c] += sums[b * out + c];
  }
  Epilogue<Real> epilogue;
  epilogue.ld = in;
  if constexpr (std::is_same_v<Gradient, Real>) {
    epilogue.out = gradient;
  } else {
    epilogue.kind = Epilogue<Real>::Kind::kAddF32;
    epilogue.sum = gradient;
  }
  double squares = 0;
  run<Real>(kernels_, {out, words, left, 0, right, kPanel * depth, panels, in, words, epilogue}, panels, sums_, &squares);
  return squares;
}

template int64_t packedForwardSize<float>(const WeightShape&);
template int64_t packedForwardSize<Bf16>(const WeightShape&);
template int64_t packedBackwardSize<float>(const WeightShape&);
template int64_t packedBackwardSize<Bf16>(const WeightShape&);
template class Gemm<float>;
template class Gemm<Bf16>;
template double Gemm<float>::weightGradient(int64_t, const float*, int64_t, int64_t, const float*, int64_t, int64_t, float*, float*);
template double Gemm<Bf16>::weightGradient(int64_t, const Bf16*, int64_t, int64_t, const Bf16*, int64_t, int64_t, Bf16*, float*);
template double Gemm<Bf16>::weightGradient(int64_t, const Bf16*, int64_t, int64_t, const Bf16*, int64_t, int64_t, float*, float*);

}  // namespace bornagain
