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

// Sixteen words of a row from element `from` on; zeros from element `end` on.
template <typename Real>
BORNAGAIN_INLINE VecU wordsFrom(const Real* row, int64_t from, int64_t end) {
  constexpr int64_t kElements = kLanes * kWordElements<Real>;
  VecU words{};
  const int64_t n = end - from;
  if (n >= kElements) {
    words = loadAs<VecU>(row + from);
  } else if (n > 0) {
    __builtin_memcpy(&words, row + from, static_cast<size_t>(n) * sizeof(Real));
  }
  return words;
}

// rows [n, ld] of `columns` elements to out [words of columns, roundUp(n)]: columns become depth.
template <typename Real>
static void transposedWords(const Real* rows, int64_t ld, int64_t n, int64_t columns, uint32_t* out) {
  const int64_t outLd = roundUp(n), words = wordsOf<Real>(columns);
  for (int64_t word = 0; word < words; word += kLanes) {
    for (int64_t r = 0; r < n; r += kLanes) {
      VecU block[kLanes];
      if (r + kLanes <= n && (word + kLanes) * kWordElements<Real> <= columns) {
#pragma GCC unroll 16
        for (int64_t i = 0; i < kLanes; ++i) block[i] = loadAs<VecU>(rows + (r + i) * ld + word * kWordElements<Real>);
      } else {
        for (int64_t i = 0; i < kLanes; ++i) {
          block[i] = r + i < n ? wordsFrom(rows + (r + i) * ld, word * kWordElements<Real>, columns) : VecU{};
        }
      }
      transpose(block);
      for (int64_t i = 0; i < smaller(kLanes, words - word); ++i) storeAs(out + (word + i) * outLd + r, block[i]);
    }
  }
}

// C [rows, columns] = (or, with `add`, +=) left * right with right [words, rightLd]; `columns` is a multiple of kLanes, and is computed in
// full. With kPanels, word k of left's row r is at data + r * 4 + k * wordBytes.
template <typename Real, bool kPanels>
static void multiplyStrip(int64_t rows, int64_t columns, int64_t words, LeftRows left, const void* right, int64_t rightLd, float* c,
                          int64_t ldc, bool add) {
  constexpr int64_t kStep = Dot<Real>::kRows;
  const Ahead nothingAhead{static_cast<const char*>(right), 0};
  for (int64_t r = 0; r < rows; r += kStep) {
    const LeftRows from{left.data + r * left.rowBytes, left.rowBytes, left.wordBytes};
    int64_t column = 0;
    for (; column + 2 * kWidth <= columns; column += 2 * kWidth) {
      multiplyRows<Real, kStep, 2, kPanels>(rows - r, words, from, static_cast<const char*>(right) + 4 * column, 4 * rightLd,
                                            c + r * ldc + column, ldc, add, nothingAhead);
    }
    if (column < columns) {
      multiplyRows<Real, kStep, 1, kPanels>(rows - r, words, from, static_cast<const char*>(right) + 4 * column, 4 * rightLd,
                                            c + r * ldc + column, ldc, add, nothingAhead);
    }
  }
}

// What multiplies a thread's strips: its vector registers, and AMX's tiles where there are any. `kRows` are best computed at once.
template <typename Real>
class Strips {
 public:
  static constexpr int64_t kRows = kTile;

  // C [rows, columns] = (+=) left * right with right [words, columns]; `columns` is a multiple of kLanes and C's leading dimension.
  BORNAGAIN_MEMBER void multiply(int64_t rows, int64_t columns, int64_t words, LeftRows left, const uint32_t* right, float* c, bool add) {
    multiplyStrip<Real, false>(rows, columns, words, left, right, columns, c, columns, add);
  }

  // The same with left [words, leftLd]: its columns are the rows. `copy`: acrossWords(rows, words) words.
  BORNAGAIN_MEMBER void multiplyAcross(int64_t rows, int64_t columns, int64_t words, const uint32_t* left, int64_t leftLd,
                                       const uint32_t* right, float* c, bool add, uint32_t* /*copy*/) {
    multiplyStrip<Real, true>(rows, columns, words, {reinterpret_cast<const char*>(left), 4, 4 * leftLd}, right, columns, c, columns, add);
  }
  BORNAGAIN_INLINE int64_t acrossWords(int64_t /*rows*/, int64_t /*words*/) { return 0; }
};

#if defined(__AMX_BF16__)

template <>
class Strips<Bf16> {
 public:
  static constexpr int64_t kRows = kAmxTile;

  BORNAGAIN_MEMBER void multiply(int64_t rows, int64_t columns, int64_t words, LeftRows left, const uint32_t* right, float* c, bool add) {
    AmxRegisters::barrier();
    for (int64_t r = 0; r < rows; r += kAmxTile) {
      const int64_t n = smaller(kAmxTile, rows - r);
      const AmxOperand from{left.data + r * left.rowBytes, left.rowBytes, kAmxRowBytes};
      for (int64_t column = 0; column < columns; column += 2 * kLanes) {
        const AmxOperand to = amxRight(right + column, 4 * columns);
        float* at = c + r * columns + column;
        if (column + kLanes < columns) {
          amxBlock<true>(registers_, n, words, from, to, at, columns, add);
        } else {
          amxBlock<false>(registers_, n, words, from, to, at, columns, add);
        }
      }
    }
  }

  BORNAGAIN_MEMBER void multiplyAcross(int64_t rows, int64_t columns, int64_t words, const uint32_t* left, int64_t leftLd,
                                       const uint32_t* right, float* c, bool add, uint32_t* copy) {
    transposedWords(reinterpret_cast<const float*>(left), leftLd, words, rows, copy);  // a word is moved like a float
    multiply(rows, columns, words, {reinterpret_cast<const char*>(copy), 4 * roundUp(words), 4}, right, c, add);
  }
  BORNAGAIN_INLINE int64_t acrossWords(int64_t rows, int64_t words) { return rows * roundUp(words); }

 private:
  AmxRegisters registers_;
};

#endif

}  // namespace bornagain::BORNAGAIN_ISA
