// AMX's tile registers: 16 rows of 16 words each; one instruction multiplies two of them as bf16 and adds to a third in fp32. A block of C
// is 32 x 32 in four registers, two more hold a left and two a right operand.
#pragma once

#if defined(__AMX_BF16__)

#include "core/kernels/isa/dot.h"

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

// Bytes from an operand's row to the next, and from sixteen words of depth to the next.
struct AmxOperand {
  const char* data;
  int64_t rowBytes;
  int64_t stepBytes;
};

// A right operand whose words are rowBytes apart.
BORNAGAIN_INLINE AmxOperand amxRight(const void* data, int64_t rowBytes) {
  return {static_cast<const char*>(data), rowBytes, kAmxWords * rowBytes};
}

// c, whose rows are `ld` floats apart, = (or, with `add`, +=) `steps` times the words of the registers' shape. kLower: more than sixteen
// rows; kRight: 32 columns, else 16.
template <bool kLower, bool kRight>
BORNAGAIN_INLINE void amxSteps(int64_t steps, AmxOperand left, AmxOperand right, float* c, int64_t ld, bool add) {
  const int64_t rowBytes = ld * static_cast<int64_t>(sizeof(float));
  char* upper = reinterpret_cast<char*>(c);
  char* lower = upper + kAmxRows * rowBytes;
  if (add) {
    AmxRegisters::barrier();
    _tile_loadd(0, upper, rowBytes);
    if constexpr (kRight) _tile_loadd(1, upper + kAmxRowBytes, rowBytes);
    if constexpr (kLower) _tile_loadd(2, lower, rowBytes);
    if constexpr (kLower && kRight) _tile_loadd(3, lower + kAmxRowBytes, rowBytes);
  } else {
    _tile_zero(0);
    if constexpr (kRight) _tile_zero(1);
    if constexpr (kLower) _tile_zero(2);
    if constexpr (kLower && kRight) _tile_zero(3);
  }
  for (int64_t i = 0; i < steps; ++i) {
    _tile_loadd(6, right.data, right.rowBytes);
    _tile_loadd(4, left.data, left.rowBytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kRight) {
      _tile_loadd(7, right.data + kAmxRowBytes, right.rowBytes);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (kLower) {
      _tile_loadd(5, left.data + kAmxRows * left.rowBytes, left.rowBytes);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (kLower && kRight) _tile_dpbf16ps(3, 5, 7);
    left.data += left.stepBytes;
    right.data += right.stepBytes;
  }
  _tile_stored(0, upper, rowBytes);
  if constexpr (kRight) _tile_stored(1, upper + kAmxRowBytes, rowBytes);
  if constexpr (kLower) _tile_stored(2, lower, rowBytes);
  if constexpr (kLower && kRight) _tile_stored(3, lower + kAmxRowBytes, rowBytes);
}

// c [rows, 32 or 16] = (or, with `add`, +=) `words` of depth, whole registers first and then what is left of one. At most 32 rows.
template <bool kRight>
BORNAGAIN_INLINE void amxBlock(AmxRegisters& registers, int64_t rows, int64_t words, AmxOperand left, AmxOperand right, float* c,
                               int64_t ld, bool add) {
  const auto multiply = [&](int64_t depth, int64_t steps) {
    registers.shape(rows, depth);
    if (rows > kAmxRows) {
      amxSteps<true, kRight>(steps, left, right, c, ld, add);
    } else {
      amxSteps<false, kRight>(steps, left, right, c, ld, add);
    }
  };
  const int64_t steps = words / kAmxWords, rest = words % kAmxWords;
  if (steps > 0) multiply(kAmxWords, steps);
  if (rest == 0) return;
  left.data += steps * left.stepBytes;
  right.data += steps * right.stepBytes;
  add = add || steps > 0;
  multiply(rest, 1);
}

}  // namespace bornagain::BORNAGAIN_ISA

#endif
