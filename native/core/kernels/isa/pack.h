// Operands laid out as products read them (gemm_kernels.h): zeros fill up words and panels.
#pragma once

#include "core/kernels/isa/dot.h"
#include "core/kernels/isa/transpose.h"

namespace bornagain::BORNAGAIN_ISA {

// Sixteen words of one float each, or of the bf16 of two rows.
template <typename Real, typename From, typename Part>
BORNAGAIN_INLINE VecU rowWords(const From* first, const From* second, Part part) {
  if constexpr (std::is_same_v<Real, float>) {
    return bitcast<VecU>(load(first, part));
  } else {
    const auto half = [&](const From* row) {
      if (row == nullptr) return VecU{};
      if constexpr (std::is_same_v<From, float>) {
        return widenWords(narrow(load(row, part)));
      } else {
        return bitcast<VecU>(load(row, part)) >> 16;
      }
    };
    return half(first) | (half(second) << 16);
  }
}

// The sum over a word of its elements.
template <typename Real>
BORNAGAIN_INLINE Vec wordSums(VecU words) {
  if constexpr (std::is_same_v<Real, float>) {
    return bitcast<Vec>(words);
  } else {
    return bitcast<Vec>(words << 16) + bitcast<Vec>(words & 0xffff0000U);
  }
}

// Rows at a time: what is read of them stays in the first cache while neighbouring panels are packed, also where rows are 4 KB apart.
constexpr int64_t kPackRows = 16;

// Copies of activations are read at once. Those of weights are read when the next step comes to them, so they are streamed.
enum class Copy { kActivations, kWeights };

// Width columns of one panel, of which `valid` are read; words are Ld apart in `out`, the panel's word rowBegin at that column. Whole
// vectors are stored even where Width is less: the next word covers what was too much, only the last one is cut.
template <typename Real, int Width, int Ld, Copy kCopy, typename From, typename Valid>
BORNAGAIN_INLINE Vec packColumns(const PackSource<From>& s, int64_t column, Valid valid, Real* out) {
  constexpr int64_t kStep = kWordElements<Real>;
  const auto put = [](Real* to, VecU words) {
    if constexpr (kCopy == Copy::kWeights) {
      stream(to, words);
    } else {
      storeAs(to, words);
    }
  };
  const From* row = s.data + s.rowBegin * s.ld + column;
  Vec sums{};
  int64_t t = s.rowBegin;
  for (; t + kStep < s.rowEnd; t += kStep, row += kStep * s.ld, out += kStep * Ld) {
    __builtin_prefetch(row + kPackRows * s.ld);
    __builtin_prefetch(row + (kPackRows + 1) * s.ld);
    const VecU words = rowWords<Real>(row, row + s.ld, valid);
    sums += wordSums<Real>(words);
    put(out, words);
  }
  const VecU words = rowWords<Real>(row, t + 1 < s.rowEnd ? row + s.ld : nullptr, valid);
  if constexpr (Width == kLanes) {
    put(out, words);
  } else {
    __builtin_memcpy(out, &words, Width * sizeof(uint32_t));
  }
  return sums + wordSums<Real>(words);
}

template <typename Real, int Width, int Ld, Copy kCopy, typename From>
BORNAGAIN_INLINE Vec packEdge(const PackSource<From>& s, int64_t column, Real* out) {
  const int64_t valid = s.columnEnd - column;
  if (valid >= kLanes) return packColumns<Real, Width, Ld, kCopy>(s, column, Full{}, out);
  return packColumns<Real, Width, Ld, kCopy>(s, column, Part{valid > 0 ? valid : 0}, out);
}

template <typename Real>
static void packTiles(const PackSource<Real>& source, int64_t panelLd, Real* out, float* columnSums) {
  if (columnSums != nullptr) {
    __builtin_memset(columnSums, 0, static_cast<size_t>(source.columnEnd - source.columnBegin) * sizeof(float));
  }
  for (int64_t row = source.rowBegin; row < source.rowEnd; row += kPackRows) {
    PackSource<Real> s = source;
    s.rowBegin = row;
    s.rowEnd = row + kPackRows < source.rowEnd ? row + kPackRows : source.rowEnd;
    for (int64_t column = s.columnBegin; column < s.columnEnd; column += kTile) {
      const Vec sums = packEdge<Real, kTile, kTile, Copy::kActivations>(s, column, out + column / kTile * panelLd + row * kTile);
      if (columnSums == nullptr) continue;
      const Part part{s.columnEnd - column < kTile ? s.columnEnd - column : kTile};
      float* to = columnSums + column - s.columnBegin;
      store(to, load(to, part) + sums, part);
    }
  }
}

template <typename Real, typename From, Copy kCopy>
static void packPanels(const PackSource<From>& source, int64_t panelLd, Real* out) {
  for (int64_t row = source.rowBegin; row < source.rowEnd; row += kPackRows) {
    PackSource<From> s = source;
    s.rowBegin = row;
    s.rowEnd = row + kPackRows < source.rowEnd ? row + kPackRows : source.rowEnd;
    for (int64_t column = s.columnBegin; column < s.columnEnd; column += kPanel) {
      Real* to = out + column / kPanel * panelLd + row * kPanel;
      packEdge<Real, kLanes, kPanel, kCopy>(s, column, to);
      packEdge<Real, kLanes, kPanel, kCopy>(s, column + kLanes, to + kLanes * kWordElements<Real>);
    }
  }
  if constexpr (kCopy == Copy::kWeights) endStreams();
}

// Sixteen words of one row: the columns from `column` on, zeros from `end` on.
template <typename Real>
BORNAGAIN_INLINE VecU depthWords(const float* row, int64_t column, int64_t end) {
  const auto at = [&](int64_t c) {
    if (c + kLanes <= end) return load(row + c, Full{});
    return c < end ? load(row + c, Part{end - c}) : Vec{};
  };
  if constexpr (std::is_same_v<Real, float>) {
    return bitcast<VecU>(at(column));
  } else {
    return narrowPair(at(column), at(column + kLanes));
  }
}

template <typename Real>
static void packTransposed(const PackSource<float>& s, int64_t panelLd, Real* out) {
  constexpr int64_t kDepth = kLanes * kWordElements<Real>;
  const int64_t words = wordsOf<Real>(s.columnEnd);
  for (int64_t column = s.columnBegin; column < s.columnEnd; column += kDepth) {
    for (int64_t n = s.rowBegin; n < s.rowBegin + (s.rowEnd - s.rowBegin + kPanel - 1) / kPanel * kPanel; n += kLanes) {
      VecU block[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) {
        const float* row = s.data + (n + i) * s.ld;
        for (int64_t ahead = 0; ahead < kDepth; ahead += kLanes) __builtin_prefetch(row + column + 2 * kDepth + ahead);
        block[i] = n + i < s.rowEnd ? depthWords<Real>(row, column, s.columnEnd) : VecU{};
      }
      transpose(block);
      const int64_t word = column / kWordElements<Real>;
      Real* to = out + n / kPanel * panelLd + (word * kPanel + n % kPanel) * kWordElements<Real>;
      for (int64_t i = 0; i < kLanes && word + i < words; ++i) {
        stream(to + i * kPanel * kWordElements<Real>, block[i]);
      }
    }
  }
  endStreams();
}

}  // namespace bornagain::BORNAGAIN_ISA
