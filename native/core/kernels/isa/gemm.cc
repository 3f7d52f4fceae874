// The matrix product kernels of one instruction set.
#include "core/kernels/isa/amx_gemm.h"
#include "core/kernels/isa/blocks.h"
#include "core/kernels/isa/dot.h"
#include "core/kernels/isa/pack.h"

namespace bornagain::BORNAGAIN_ISA {

namespace {

template <typename Real>
BORNAGAIN_INLINE const char* bytes(const Real* p) {
  return reinterpret_cast<const char*>(p);
}

// c [kTile, kPanel] = (or +=) the words of one tile's rows and one panel.
template <typename Real, bool kPanels>
BORNAGAIN_INLINE void multiplyBlock(const GemmOperands<Real>& g, const Block& block, float* c, AheadOfBlock next) {
  const auto [tile, panel, begin, end] = block;
  constexpr int64_t kRows = Dot<Real>::kRows, kColumns = 2 * kWidth;
  const int64_t rows = kPanels ? kTile : (g.rows - tile * kTile < kTile ? g.rows - tile * kTile : kTile);
  const char* left = bytes(g.left) + (kPanels ? (tile * g.words + begin) * kTile * kWordBytes
                                              : tile * kTile * g.leftLd * static_cast<int64_t>(sizeof(Real)) + begin * kWordBytes);
  const int64_t rowBytes = kPanels ? kWordBytes : g.leftLd * static_cast<int64_t>(sizeof(Real));
  const char* right = rightAt(g, panel, begin);
  constexpr int64_t kCalls = kTile / kRows * (kPanel / kColumns);
  const int64_t share = next.bytes / kCalls, lines = (end - begin) / kAheadWords * kAheadLines;
  const int64_t stepBytes = lines == 0 ? 0 : (share + lines - 1) / lines;
  for (int64_t column = 0; column < kPanel; column += kColumns) {
    for (int64_t r = 0; r < rows; r += kRows) {
      multiplyRows<Real, kRows, 2, kPanels>(rows - r, end - begin, {left + r * rowBytes, rowBytes, kTile * kWordBytes},
                                            right + column * kWordBytes, kPanel * kWordBytes, c + r * kPanel + column, kPanel, begin > 0,
                                            {next.at, stepBytes});
      next.at += share;
    }
  }
}

template <typename Real, bool kPanels>
static double multiplyTiles(const GemmOperands<Real>& g, GemmRange range, bool squares, float* scratch) {
  return forBlocks<kTile>(g, range, squares, scratch,
                          [&](const Block& block, float* c, AheadOfBlock next) { multiplyBlock<Real, kPanels>(g, block, c, next); });
}

template <typename Real>
static double multiply(const GemmOperands<Real>& g, GemmRange range, bool squares, float* scratch) {
  return g.leftLd == 0 ? multiplyTiles<Real, true>(g, range, squares, scratch) : multiplyTiles<Real, false>(g, range, squares, scratch);
}

template <typename Real>
constexpr GemmKernels<Real> makeGemm() {
  return {.tileRows = kTile,
          .depthGrain = 1,
          .taskWork = 2'000'000,
          .multiply = &multiply<Real>,
          .packTiles = &packTiles<Real>,
          .packPanels = &packPanels<Real, Real, Copy::kActivations>,
          .packPanelsF32 = &packPanels<Real, float, Copy::kWeights>,
          .packTransposedF32 = &packTransposed<Real>};
}

#if defined(__AMX_BF16__)
constexpr GemmKernels<Bf16> kBf16Gemm = makeAmxGemm();
#else
constexpr GemmKernels<Bf16> kBf16Gemm = makeGemm<Bf16>();
#endif

}  // namespace

extern const GemmTables gemmTable;
constexpr GemmTables gemmTable{makeGemm<float>(), kBf16Gemm};

}  // namespace bornagain::BORNAGAIN_ISA
