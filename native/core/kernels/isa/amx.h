// Products of bf16 in AMX's tile registers: 16 rows of 16 words each, one instruction multiplies and adds two of them. A block of C is 32 x 32
// in four registers, two more hold a left and two a right operand. Left panels are [words / 16, 32 rows, 16 words].
#pragma once

#if defined(__AMX_BF16__)

#include "core/kernels/isa/blocks.h"
#include "core/kernels/isa/pack.h"

namespace bornagain::BORNAGAIN_ISA {

constexpr int64_t kAmxRows = 16;   // of one register
constexpr int64_t kAmxWords = 16;  // of one of its rows
constexpr int64_t kAmxTile = 2 * kAmxRows;
constexpr int64_t kAmxRowBytes = kAmxWords * static_cast<int64_t>(sizeof(uint32_t));

// What ldtilecfg reads.
struct alignas(64) AmxLayout {
  uint8_t palette = 1;
  uint8_t startRow = 0;
  uint8_t reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};
};

// The registers of this thread while a task runs. Registers 0 to 3 are C, 4 and 5 left, 6 and 7 right.
class AmxRegisters {
 public:
  AmxRegisters() = default;
  AmxRegisters(const AmxRegisters&) = delete;
  AmxRegisters& operator=(const AmxRegisters&) = delete;
  // Without it every switch of threads would save 8 KB.
  BORNAGAIN_MEMBER ~AmxRegisters() { _tile_release(); }

  // For `rows` (at most 32) rows of C and `words` (at most 16) of depth at once. Clears the registers where that is another shape.
  BORNAGAIN_MEMBER void shape(int64_t rows, int64_t words) {
    if (rows == rows_ && words == words_) return;
    rows_ = rows;
    words_ = words;
    AmxLayout layout;
    const auto set = [&](int index, int64_t count, int64_t rowBytes) {
      layout.rows[index] = static_cast<uint8_t>(count);
      layout.rowBytes[index] = static_cast<uint16_t>(count == 0 ? 0 : rowBytes);
    };
    const int64_t upper = rows < kAmxRows ? rows : kAmxRows, lower = rows - upper;
    for (const int c : {0, 1}) set(c, upper, kAmxRowBytes);
    for (const int c : {2, 3}) set(c, lower, kAmxRowBytes);
    set(4, upper, words * 4);
    set(5, lower, words * 4);
    for (const int right : {6, 7}) set(right, words, kAmxRowBytes);
    barrier();
    _tile_loadconfig(&layout);
  }

  // The compiler does not know what the tile instructions read.
  BORNAGAIN_INLINE void barrier() { __asm__ volatile("" ::: "memory"); }

 private:
  int64_t rows_ = 0;
  int64_t words_ = 0;
};

// Bytes from a left operand's row to the next, and from sixteen words to the next.
struct AmxLeft {
  const char* data;
  int64_t rowBytes;
  int64_t stepBytes;
};

// c [rows, kPanel] = (or, with `add`, +=) `steps` times the words of the registers' shape. kBoth: more than sixteen rows.
template <bool kBoth>
BORNAGAIN_INLINE void amxSteps(int64_t steps, AmxLeft left, const char* right, float* c, bool add) {
  constexpr int64_t kLd = kPanel * static_cast<int64_t>(sizeof(float)), kRightLd = kPanel * 4;
  char* upper = reinterpret_cast<char*>(c);
  char* lower = upper + kAmxRows * kLd;
  if (add) {
    AmxRegisters::barrier();
    _tile_loadd(0, upper, kLd);
    _tile_loadd(1, upper + kAmxRowBytes, kLd);
    if constexpr (kBoth) {
      _tile_loadd(2, lower, kLd);
      _tile_loadd(3, lower + kAmxRowBytes, kLd);
    }
  } else {
    _tile_zero(0);
    _tile_zero(1);
    if constexpr (kBoth) {
      _tile_zero(2);
      _tile_zero(3);
    }
  }
  for (int64_t i = 0; i < steps; ++i) {
    _tile_loadd(6, right, kRightLd);
    _tile_loadd(4, left.data, left.rowBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, right + kAmxRowBytes, kRightLd);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kBoth) {
      _tile_loadd(5, left.data + kAmxRows * left.rowBytes, left.rowBytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    left.data += left.stepBytes;
    right += kAmxWords * kRightLd;
  }
  _tile_stored(0, upper, kLd);
  _tile_stored(1, upper + kAmxRowBytes, kLd);
  if constexpr (kBoth) {
    _tile_stored(2, lower, kLd);
    _tile_stored(3, lower + kAmxRowBytes, kLd);
  }
}

BORNAGAIN_INLINE void amxSteps(AmxRegisters& registers, int64_t rows, int64_t words, int64_t steps, AmxLeft left, const char* right, float* c,
                               bool add) {
  registers.shape(rows, words);
  if (rows > kAmxRows) {
    amxSteps<true>(steps, left, right, c, add);
  } else {
    amxSteps<false>(steps, left, right, c, add);
  }
}

template <bool kPanels>
static double amxMultiply(const GemmOperands<Bf16>& g, GemmRange range, bool squares, float* scratch) {
  AmxRegisters registers;
  AmxRegisters::barrier();
  return forBlocks<kAmxTile>(g, range, squares, scratch, [&](int64_t tile, int64_t panel, int64_t begin, int64_t end, float* c) {
    const int64_t row = tile * kAmxTile, rows = g.rows - row < kAmxTile ? g.rows - row : kAmxTile;
    const auto* from = reinterpret_cast<const char*>(g.left);
    const int64_t leftBytes = g.leftLd * static_cast<int64_t>(sizeof(Bf16));
    AmxLeft left = kPanels ? AmxLeft{from + (tile * g.words + begin) * kAmxTile * 4, kAmxRowBytes, kAmxTile * kAmxRowBytes}
                           : AmxLeft{from + row * leftBytes + begin * 4, leftBytes, kAmxRowBytes};
    const char* right = reinterpret_cast<const char*>(g.right + panel * g.rightLd) + begin * kPanel * 4;
    const int64_t steps = (end - begin) / kAmxWords, rest = (end - begin) % kAmxWords;
    if (steps > 0) amxSteps(registers, rows, kAmxWords, steps, left, right, c, begin > 0);
    if (rest == 0) return;
    left.data += steps * left.stepBytes;
    right += steps * kAmxWords * kPanel * 4;
    amxSteps(registers, rows, rest, 1, left, right, c, begin > 0 || steps > 0);
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
      for (int64_t i = 0; i < kLanes; ++i) __builtin_memcpy(to + row * kAmxTile + i * kDepth, &block[i], sizeof(VecU));
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
  packPanels<Bf16, Bf16>(s, panelLd, out);
  const int64_t end = wordsOf<Bf16>(s.rowEnd) * kWordElements<Bf16>, missing = (kDepth - end % kDepth) % kDepth;
  if (missing == 0) return;
  for (int64_t column = s.columnBegin; column < s.columnEnd; column += kPanel) {
    __builtin_memset(out + column / kPanel * panelLd + end * kPanel, 0, static_cast<size_t>(missing * kPanel) * sizeof(Bf16));
  }
}

constexpr GemmKernels<Bf16> makeAmxGemm() {
  return {kAmxTile, kAmxWords, 832, 8'000'000, &amxMultiply, &amxPackTiles, &amxPackPanels, &packPanels<Bf16, float>, &packTransposed<Bf16>};
}

}  // namespace bornagain::BORNAGAIN_ISA

#endif
