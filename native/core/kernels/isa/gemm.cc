// The matrix product kernels of one instruction set.
#include "core/kernels/isa/dot.h"
#include "core/kernels/isa/epilogue.h"
#include "core/kernels/isa/pack.h"

namespace bornagain::BORNAGAIN_ISA {

namespace {

template <typename Real>
BORNAGAIN_INLINE const char* bytes(const Real* p) {
  return reinterpret_cast<const char*>(p);
}

constexpr int64_t kWordBytes = 4;

// c [kTile, kPanel] = (or +=) the words [begin, end) of one tile's rows and one panel.
template <typename Real, bool kPanels>
BORNAGAIN_INLINE void multiplyBlock(const GemmOperands<Real>& g, int64_t tile, int64_t panel, int64_t begin, int64_t end, float* c) {
  constexpr int64_t kRows = Dot<Real>::kRows, kColumns = 2 * kWidth;
  const int64_t rows = kPanels ? kTile : (g.rows - tile * kTile < kTile ? g.rows - tile * kTile : kTile);
  const char* left = bytes(g.left) + (kPanels ? (tile * g.words + begin) * kTile * kWordBytes
                                              : tile * kTile * g.leftLd * static_cast<int64_t>(sizeof(Real)) + begin * kWordBytes);
  const int64_t rowBytes = kPanels ? kWordBytes : g.leftLd * static_cast<int64_t>(sizeof(Real));
  const char* right = bytes(g.right + panel * g.rightLd) + begin * kPanel * kWordBytes;
  for (int64_t column = 0; column < kPanel; column += kColumns) {
    for (int64_t r = 0; r < rows; r += kRows) {
      multiplyRows<Real, kRows, 2, kPanels>(rows - r, end - begin, {left + r * rowBytes, rowBytes, kTile * kWordBytes},
                                            right + column * kWordBytes, kPanel * kWordBytes, c + r * kPanel + column, kPanel, begin > 0);
    }
  }
}

template <typename Real>
BORNAGAIN_INLINE double finish(const GemmOperands<Real>& g, int64_t tile, int64_t panel, bool squares, const float* c) {
  const int64_t row = tile * kTile, local = panel % g.partPanels * kPanel;
  const FinishedTile finished{c, g.rows - row < kTile ? g.rows - row : kTile, row, panel / g.partPanels * g.partColumns + local,
                              g.partColumns - local < kPanel ? g.partColumns - local : kPanel};
  finishTile(g.epilogue, finished);
  return squares ? tileSquares(finished) : 0;
}

template <typename Real, bool kPanels>
static double multiplyRange(const GemmOperands<Real>& g, GemmRange range, bool squares, float* scratch) {
  double total = 0;
  alignas(64) float one[kTile * kPanel];
  for (int64_t begin = 0; begin < g.words; begin += g.chunk) {
    const int64_t end = begin + g.chunk < g.words ? begin + g.chunk : g.words;
    float* kept = scratch;
    for (int64_t panel = range.panelBegin; panel < range.panelEnd; ++panel) {
      for (int64_t tile = range.tileBegin; tile < range.tileEnd; ++tile, kept += kTile * kPanel) {
        float* c = g.chunk < g.words ? kept : one;
        multiplyBlock<Real, kPanels>(g, tile, panel, begin, end, c);
        if (end == g.words) total += finish(g, tile, panel, squares, c);
      }
    }
  }
  return total;
}

template <typename Real>
static double multiply(const GemmOperands<Real>& g, GemmRange range, bool squares, float* scratch) {
  return g.leftLd == 0 ? multiplyRange<Real, true>(g, range, squares, scratch) : multiplyRange<Real, false>(g, range, squares, scratch);
}

template <typename Real>
constexpr GemmKernels<Real> makeGemm() {
  return {&multiply<Real>, &packTiles<Real>, &packPanels<Real, Real>, &packPanels<Real, float>, &packTransposed<Real>};
}

}  // namespace

extern const GemmTables gemmTable;
constexpr GemmTables gemmTable{makeGemm<float>(), makeGemm<Bf16>()};

}  // namespace bornagain::BORNAGAIN_ISA
