// The order in which a task computes its blocks of C, one tile of rows by one panel of columns each.
#pragma once

#include "core/kernels/isa/epilogue.h"

namespace bornagain::BORNAGAIN_ISA {

template <int64_t kRows, typename Real>
BORNAGAIN_INLINE FinishedTile tileAt(const GemmOperands<Real>& g, int64_t tile, int64_t panel, const float* c) {
  const int64_t row = tile * kRows, local = panel % g.partPanels * kPanel;
  return {c, g.rows - row < kRows ? g.rows - row : kRows, row, panel / g.partPanels * g.partColumns + local,
          g.partColumns - local < kPanel ? g.partColumns - local : kPanel};
}

constexpr int64_t kWordBytes = 4;

// A tile of rows, a panel of columns, and the words of depth [begin, end) that are multiplied.
struct Block {
  int64_t tile;
  int64_t panel;
  int64_t begin;
  int64_t end;
};

// The words of one panel of the right operand from `begin` on.
template <typename Real>
BORNAGAIN_INLINE const char* rightAt(const GemmOperands<Real>& g, int64_t panel, int64_t begin) {
  return reinterpret_cast<const char*>(g.right + panel * g.rightLd) + begin * kPanel * kWordBytes;
}

// A block's share of what the next panel's blocks will read.
struct AheadOfBlock {
  const char* at;
  int64_t bytes;
};

// Of the panel that comes after the block's; after the last one of the first panel's next words, and nothing after the last of all. The
// hardware starts anew at each panel, which on Zen 3 cost a sixth of the time where panels come from the L3 cache.
template <typename Real>
BORNAGAIN_INLINE AheadOfBlock aheadOf(const GemmOperands<Real>& g, const GemmRange& range, const Block& b) {
  const bool last = b.panel + 1 == range.panelEnd;
  if (last && b.end == g.words) return {rightAt(g, b.panel, b.begin), 0};
  const int64_t begin = last ? b.end : b.begin, words = g.words - begin < g.chunk ? g.words - begin : g.chunk;
  const int64_t share = words * kPanel * kWordBytes / (range.tileEnd - range.tileBegin);
  return {rightAt(g, last ? range.panelBegin : b.panel + 1, begin) + (b.tile - range.tileBegin) * share, share};
}

// Calls multiply(block, c, ahead) for every block of a task: c [kRows, kPanel] = the product of the block's words, added to what is there
// where its begin > 0. Finishes each tile of C after its last words. Returns the sum of the squares of C where `squares`, else 0.
template <int64_t kRows, typename Real, typename Multiply>
BORNAGAIN_INLINE double forBlocks(const GemmOperands<Real>& g, GemmRange range, bool squares, float* scratch, const Multiply& multiply) {
  double total = 0;
  alignas(64) float one[kRows * kPanel];
  for (int64_t begin = 0; begin < g.words; begin += g.chunk) {
    const int64_t end = begin + g.chunk < g.words ? begin + g.chunk : g.words;
    float* kept = scratch;
    for (int64_t panel = range.panelBegin; panel < range.panelEnd; ++panel) {
      for (int64_t tile = range.tileBegin; tile < range.tileEnd; ++tile, kept += kRows * kPanel) {
        float* c = g.chunk < g.words ? kept : one;
        const FinishedTile finished = tileAt<kRows>(g, tile, panel, c);
        if (end == g.words) prefetchTile(g.epilogue, finished);
        const Block block{tile, panel, begin, end};
        multiply(block, c, aheadOf(g, range, block));
        if (end < g.words) continue;
        finishTile(g.epilogue, finished);
        if (squares) total += tileSquares(finished);
      }
    }
  }
  if (g.epilogue.kind == Epilogue<Real>::Kind::kStream) endStreams();
  return total;
}

}  // namespace bornagain::BORNAGAIN_ISA
