// Products of attention: a strip of rows by a few vectors of columns, small enough for the first cache.
#pragma once

#include "core/kernels/isa/amx_tiles.h"
#include "core/kernels/isa/dot.h"
#include "core/kernels/isa/transpose.h"

namespace bornagain::BORNAGAIN_ISA {

BORNAGAIN_INLINE int64_t roundUp(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }
BORNAGAIN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

template <typename Real>
BORNAGAIN_INLINE LeftRows rowsAsLeft(const Real* rows, int64_t ld) {
  return {reinterpret_cast<const char*>(rows), ld * static_cast<int64_t>(sizeof(Real)), 4};
}

// What multiplies a thread's strips: its vector registers, and AMX's tiles where there are any. `kRows` are best computed at once.
template <typename Real>
class Strips {
 public:
  static constexpr int64_t kRows = kTile;

  // C [rows, columns] = (+=) left * right with right [words, columns]; `columns` is a multiple of kLanes and C's leading dimension.
  BORNAGAIN_MEMBER void multiply(int64_t rows, int64_t columns, int64_t words, LeftRows left, const uint32_t* right, float* c, bool add) {
    multiplyStrip<false>(rows, columns, words, left, right, c, add);
  }

  // The same with left [words, leftLd]: its columns are the rows. `copy`: acrossWords(rows, words) words.
  BORNAGAIN_MEMBER void multiplyAcross(int64_t rows, int64_t columns, int64_t words, const uint32_t* left, int64_t leftLd,
                                       const uint32_t* right, float* c, bool add, uint32_t* /*copy*/) {
    multiplyStrip<true>(rows, columns, words, {reinterpret_cast<const char*>(left), 4, 4 * leftLd}, right, c, add);
  }
  BORNAGAIN_INLINE int64_t acrossWords(int64_t /*rows*/, int64_t /*words*/) { return 0; }

 private:
  template <bool kPanels>
  static void multiplyStrip(int64_t rows, int64_t columns, int64_t words, LeftRows left, const uint32_t* right, float* c, bool add) {
    constexpr int64_t kStep = Dot<Real>::kRows;
    for (int64_t r = 0; r < rows; r += kStep) {
      const LeftRows from{left.data + r * left.rowBytes, left.rowBytes, left.wordBytes};
      int64_t column = 0;
      for (; column + 2 * kWidth <= columns; column += 2 * kWidth) {
        multiplyRows<Real, kStep, 2, kPanels>(rows - r, words, from, reinterpret_cast<const char*>(right + column), 4 * columns,
                                              c + r * columns + column, columns, add);
      }
      if (column < columns) {
        multiplyRows<Real, kStep, 1, kPanels>(rows - r, words, from, reinterpret_cast<const char*>(right + column), 4 * columns,
                                              c + r * columns + column, columns, add);
      }
    }
  }
};

#if defined(__AMX_BF16__)

template <>
class Strips<Bf16> {
 public:
  static constexpr int64_t kRows = kAmxTile;

  BORNAGAIN_MEMBER void multiply(int64_t rows, int64_t columns, int64_t words, LeftRows left, const uint32_t* right, float* c, bool add) {
    const int64_t whole = words / kAmxWords * kAmxWords;
    if (whole > 0) multiplyWords(rows, columns, kAmxWords, whole / kAmxWords, left, right, c, add);
    if (whole == words) return;
    left.data += whole * 4;
    multiplyWords(rows, columns, words - whole, 1, left, right + whole * columns, c, add || whole > 0);
  }

  BORNAGAIN_MEMBER void multiplyAcross(int64_t rows, int64_t columns, int64_t words, const uint32_t* left, int64_t leftLd,
                                       const uint32_t* right, float* c, bool add, uint32_t* copy) {
    const int64_t copyLd = roundUp(words);
    for (int64_t word = 0; word < words; word += kLanes) {
      for (int64_t r = 0; r < rows; r += kLanes) {
        VecU block[kLanes];
#pragma GCC unroll 16
        for (int64_t i = 0; i < kLanes; ++i) block[i] = word + i < words ? loadAs<VecU>(left + (word + i) * leftLd + r) : VecU{};
        transpose(block);
#pragma GCC unroll 16
        for (int64_t i = 0; i < kLanes; ++i) __builtin_memcpy(copy + (r + i) * copyLd + word, &block[i], sizeof(VecU));
      }
    }
    multiply(rows, columns, words, {reinterpret_cast<const char*>(copy), 4 * copyLd, 4}, right, c, add);
  }
  BORNAGAIN_INLINE int64_t acrossWords(int64_t rows, int64_t words) { return roundUp(rows) * roundUp(words); }

 private:
  // `steps` times `words` of depth.
  BORNAGAIN_MEMBER void multiplyWords(int64_t rows, int64_t columns, int64_t words, int64_t steps, LeftRows left, const uint32_t* right,
                                      float* c, bool add) {
    AmxRegisters::barrier();
    for (int64_t r = 0; r < rows; r += kAmxTile) {
      const int64_t n = smaller(kAmxTile, rows - r);
      registers_.shape(n, words);
      const AmxOperand from{left.data + r * left.rowBytes, left.rowBytes, kAmxRowBytes};
      for (int64_t column = 0; column < columns; column += 2 * kLanes) {
        const AmxOperand to = amxRight(right + column, 4 * columns);
        float* at = c + r * columns + column;
        if (column + kLanes < columns) {
          multiplyBlock<true>(n, steps, from, to, at, columns, add);
        } else {
          multiplyBlock<false>(n, steps, from, to, at, columns, add);
        }
      }
    }
  }

  template <bool kRight>
  BORNAGAIN_INLINE void multiplyBlock(int64_t rows, int64_t steps, AmxOperand left, AmxOperand right, float* c, int64_t ld, bool add) {
    if (rows > kAmxRows) {
      amxSteps<true, kRight>(steps, left, right, c, ld, add);
    } else {
      amxSteps<false, kRight>(steps, left, right, c, ld, add);
    }
  }

  AmxRegisters registers_;
};

#endif

}  // namespace bornagain::BORNAGAIN_ISA
