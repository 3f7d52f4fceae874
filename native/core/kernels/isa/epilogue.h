// What becomes of a finished tile of a product.
#pragma once

#include "core/kernels/gemm_kernels.h"
#include "core/kernels/isa/activation.h"

namespace bornagain::BORNAGAIN_ISA {

// c [rows, kPanel] belongs at (row, column) of the output and has `columns` columns.
struct FinishedTile {
  const float* c;
  int64_t rows;
  int64_t row;
  int64_t column;
  int64_t columns;
};

// Calls function(offset in the output, Full or Part, sums, bias) for all of a tile; whole panels row by row, so that cache lines are
// written at once.
template <typename Real, typename Function>
BORNAGAIN_INLINE void forTile(const Epilogue<Real>& e, const FinishedTile& tile, const Function& function) {
  const float* bias = e.bias == nullptr ? nullptr : e.bias + tile.column;
  const int64_t ld = e.ld, origin = tile.row * ld + tile.column;
  if (tile.columns == kPanel) {
    const Vec left = bias == nullptr ? Vec{} : load(bias, Full{}), right = bias == nullptr ? Vec{} : load(bias + kLanes, Full{});
    const float* c = tile.c;
    for (int64_t r = tile.rows, at = origin; r > 0; --r, at += ld, c += kPanel) {
      function(at, Full{}, load(c, Full{}), left);
      function(at + kLanes, Full{}, load(c + kLanes, Full{}), right);
    }
    return;
  }
  forColumns(tile.columns, [&](int64_t column, auto part) {
    const Vec addend = bias == nullptr ? Vec{} : load(bias + column, part);
    for (int64_t r = 0; r < tile.rows; ++r) function(origin + r * e.ld + column, part, load(tile.c + r * kPanel + column, Full{}), addend);
  });
}

template <typename Real, typename Function>
static void activateTile(const Epilogue<Real>& e, const FinishedTile& tile, const Function& function) {
  if (e.derivative == nullptr) {
    return forTile(e, tile,
                   [function, out = e.out](int64_t at, auto part, Vec c, Vec bias) { store(out + at, function(c + bias).value, part); });
  }
  forTile(e, tile, [function, out = e.out, derivative = e.derivative](int64_t at, auto part, Vec c, Vec bias) {
    const Activated y = function(c + bias);
    store(out + at, y.value, part);
    store(derivative + at, y.derivative, part);
  });
}

template <typename Real>
static void activateTile(const Epilogue<Real>& e, const FinishedTile& tile) {
  switch (e.activation) {
    case Activation::kGelu:
      if constexpr (std::is_same_v<Real, Bf16>) {
        return activateTile(e, tile, [](Vec x) { return geluForBf16(x); });
      } else {
        return activateTile(e, tile, [](Vec x) { return gelu(x); });
      }
    case Activation::kGeluTanh:
      return activateTile(e, tile, [](Vec x) { return geluTanh(x); });
    case Activation::kRelu:
      return activateTile(e, tile, [](Vec x) { return relu(x); });
  }
}

BORNAGAIN_INLINE void streamPanelRow(float* out, Vec left, Vec right) {
  stream(out, bitcast<VecU>(left));
  stream(out + kLanes, bitcast<VecU>(right));
}
BORNAGAIN_INLINE void streamPanelRow(Bf16* out, Vec left, Vec right) { stream(out, narrowPair(left, right)); }

template <typename Real>
static void finishTile(const Epilogue<Real>& e, const FinishedTile& tile) {
  switch (e.kind) {
    case Epilogue<Real>::Kind::kStore:
      return forTile(e, tile, [out = e.out](int64_t at, auto part, Vec c, Vec bias) { store(out + at, c + bias, part); });
    case Epilogue<Real>::Kind::kStream:
      for (int64_t r = 0; r < tile.rows; ++r) {
        const float* c = tile.c + r * kPanel;
        streamPanelRow(e.out + (tile.row + r) * e.ld + tile.column, load(c, Full{}), load(c + kLanes, Full{}));
      }
      return;
    case Epilogue<Real>::Kind::kActivate:
      return activateTile(e, tile);
    case Epilogue<Real>::Kind::kMultiply:
      return forTile(e, tile, [out = e.out, factors = e.factors](int64_t at, auto part, Vec c, Vec) {
        store(out + at, c * load(factors + at, part), part);
      });
    case Epilogue<Real>::Kind::kAddF32:
      return forTile(e, tile, [sum = e.sum, addend = e.addend](int64_t at, auto part, Vec c, Vec bias) {
        const Vec x = c + bias;
        store(sum + at, addend == nullptr ? x : x + load(addend + at, part), part);
      });
  }
}

// Asks for what a tile's end will read, before the tile is computed.
template <typename Real>
BORNAGAIN_INLINE void prefetchTile(const Epilogue<Real>& e, const FinishedTile& tile) {
  const int64_t origin = tile.row * e.ld + tile.column;
  if (e.kind == Epilogue<Real>::Kind::kMultiply) prefetchRows(e.factors + origin, e.ld, tile.rows, kPanel);
  if (e.kind == Epilogue<Real>::Kind::kAddF32 && e.addend != nullptr) prefetchRows(e.addend + origin, e.ld, tile.rows, kPanel);
}

BORNAGAIN_INLINE double tileSquares(const FinishedTile& tile) {
  Vec sum{};
  forColumns(tile.columns, [&](int64_t column, auto part) {
    for (int64_t r = 0; r < tile.rows; ++r) {
      const Vec x = clear(load(tile.c + r * kPanel + column, Full{}), part);
      sum += x * x;
    }
  });
  return static_cast<double>(sumLanes(sum));
}

}  // namespace bornagain::BORNAGAIN_ISA
