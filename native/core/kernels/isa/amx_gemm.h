// Products of linear layers in AMX's tiles. Left panels are [words / 16, 32 rows, 16 words].
#pragma once

#if defined(__AMX_BF16__)

#include "core/kernels/isa/amx_tiles.h"
#include "core/kernels/isa/blocks.h"
#include "core/kernels/isa/pack.h"

namespace bornagain::BORNAGAIN_ISA {

template <bool kPanels>
static double amxMultiply(const GemmOperands<Bf16>& g, GemmRange range, bool squares, float* scratch) {
  AmxRegisters registers;
  AmxRegisters::barrier();
  return forBlocks<kAmxTile>(g, range, squares, scratch, [&](const Block& block, float* c, AheadOfBlock /*next*/) {
    const auto [tile, panel, begin, end] = block;
    const int64_t row = tile * kAmxTile, rows = g.rows - row < kAmxTile ? g.rows - row : kAmxTile;
    const auto* from = reinterpret_cast<const char*>(g.left);
    const int64_t leftBytes = g.leftLd * static_cast<int64_t>(sizeof(Bf16));
    const AmxOperand left = kPanels ? AmxOperand{from + (tile * g.words + begin) * kAmxTile * 4, kAmxRowBytes, kAmxTile * kAmxRowBytes}
                                    : AmxOperand{from + row * leftBytes + begin * 4, leftBytes, kAmxRowBytes};
    amxBlock<true>(registers, rows, end - begin, left, amxRight(rightAt(g, panel, begin), kPanel * kWordBytes), c, kPanel, begin > 0);
  });
}

static double amxMultiply(const GemmOperands<Bf16>& g, GemmRange range, bool squares, float* scratch) {
  return g.leftLd == 0 ? amxMultiply<true>(g, range, squares, scratch) : amxMultiply<false>(g, range, squares, scratch);
}

// Left panels. Whole registers are stored, with zeros beyond the last row and column.
static void amxPackTiles(const PackSource<Bf16>& s, int64_t panelLd, Bf16* out, float* columnSums) {
  constexpr int64_t kDepth = kAmxWords * kWordElements<Bf16>;
  for (int64_t column = s.columnBegin; column < s.columnEnd; column += kLanes) {
    const int64_t valid = s.columnEnd - column;
    Vec sums{};
    Bf16* to = out + column / kAmxTile * panelLd + column % kAmxTile * kDepth;
    for (int64_t row = s.rowBegin; row < s.rowEnd; row += kDepth) {
      VecU block[kLanes];
      const auto gather = [&](auto part) {
        for (int64_t i = 0; i < kLanes; ++i) {
          const int64_t t = row + 2 * i;
          const Bf16* first = s.data + t * s.ld + column;
          __builtin_prefetch(first + kDepth * s.ld);
          __builtin_prefetch(first + (kDepth + 1) * s.ld);
          block[i] = t < s.rowEnd ? rowWords<Bf16>(first, t + 1 < s.rowEnd ? first + s.ld : nullptr, part) : VecU{};
          sums += wordSums<Bf16>(block[i]);
        }
      };
      if (valid >= kLanes) {
        gather(Full{});
      } else {
        gather(Part{valid});
      }
      transpose(block);
      for (int64_t i = 0; i < kLanes; ++i) storeAs(to + row * kAmxTile + i * kDepth, block[i]);
    }
    if (columnSums == nullptr) continue;
    float* sum = columnSums + column - s.columnBegin;
    if (valid >= kLanes) {
      store(sum, sums, Full{});
    } else {
      store(sum, sums, Part{valid});
    }
  }
  // The lower half of a last panel whose columns end in its upper half.
  const int64_t end = (s.columnEnd + kLanes - 1) / kLanes * kLanes;
  if (end % kAmxTile == 0) return;
  for (int64_t row = s.rowBegin; row < s.rowEnd; row += kDepth) {
    __builtin_memset(out + end / kAmxTile * panelLd + row * kAmxTile + end % kAmxTile * kDepth, 0, kAmxRows * kAmxRowBytes);
  }
}

// Right panels for left ones: zeros up to whole registers of depth.
static void amxPackPanels(const PackSource<Bf16>& s, int64_t panelLd, Bf16* out) {
  constexpr int64_t kDepth = kAmxWords * kWordElements<Bf16>;
  packPanels<Bf16, Bf16, Copy::kActivations>(s, panelLd, out);
  const int64_t end = wordsOf<Bf16>(s.rowEnd) * kWordElements<Bf16>, missing = (kDepth - end % kDepth) % kDepth;
  if (missing == 0) return;
  for (int64_t column = s.columnBegin; column < s.columnEnd; column += kPanel) {
    __builtin_memset(out + column / kPanel * panelLd + end * kPanel, 0, static_cast<size_t>(missing * kPanel) * sizeof(Bf16));
  }
}

constexpr GemmKernels<Bf16> makeAmxGemm() {
  return {.tileRows = kAmxTile,
          .depthGrain = kAmxWords,
          .taskWork = 8'000'000,
          .multiply = &amxMultiply,
          .packTiles = &amxPackTiles,
          .packPanels = &amxPackPanels,
          .packPanelsF32 = &packPanels<Bf16, float, Copy::kWeights>,
          .packTransposedF32 = &packTransposed<Bf16>};
}

}  // namespace bornagain::BORNAGAIN_ISA

#endif
