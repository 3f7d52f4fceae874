#include "core/kernels/gemm.h"

#include <algorithm>
#include <type_traits>

#include "core/kernels/gemm_product.h"
#include "core/kernels/parallel.h"

namespace bornagain {

using namespace gemm;

namespace {

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

template <typename Real>
void run(const Product<Real>& product, float* kept) {
  parallelTasks(product.tasks(), [&](int64_t task, int thread) { product.run(task, false, kept + kKeptFloats * thread); });
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
float* Gemm<Real>::kept() {
  // Threads of a region must not make it grow, and to them maxThreads() may be the number of a nested region.
  return inParallel() ? kept_.get() : kept_.ensure(kKeptFloats * maxThreads());
}

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
  const GemmOperands<Real> operands{rows, words, x, ldx, right, panelLd, panels, s.partRows, words, epilogue};
  run(Product<Real>(kernels_, operands, (parts.end - parts.begin) * panels), kept());
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
  const int64_t panelLd = s.parts * kPanel * partDepth;
  const GemmOperands<Real> operands{rows, words, dy, ldy, right, panelLd, panels, s.columns, words, epilogue};
  run(Product<Real>(kernels_, operands, panels), kept());
}

template int64_t packedForwardSize<float>(const WeightShape&);
template int64_t packedForwardSize<Bf16>(const WeightShape&);
template int64_t packedBackwardSize<float>(const WeightShape&);
template int64_t packedBackwardSize<Bf16>(const WeightShape&);
template class Gemm<float>;
template class Gemm<Bf16>;

}  // namespace bornagain
