// Bias, activation and derivative in one pass.
#pragma once

#include <type_traits>

#include "core/kernels/elementwise.h"
#include "core/kernels/vector_math.h"

namespace bornagain::BORNAGAIN_ISA {

struct Activated {
  Vec value;
  Vec derivative;
};

// x Φ(x); its derivative is Φ(x) + x φ(x) (Hendrycks and Gimpel 2016).
BORNAGAIN_INLINE Activated gelu(Vec x) {
  const Vec phi = 0.5F * (1.0F + errorFunction(x * 0.70710678118654752F));
  return {x * phi, phi + x * 0.39894228040143268F * exponential(x * x * -0.5F)};
}

// The same with one exponential: erf by formula 7.1.26 of Abramowitz and Stegun, off by at most 1.5e-7, its exponential and reciprocal by
// at most 2^-14 of their values: all far below what bfloat16 holds.
BORNAGAIN_INLINE Activated geluForBf16(Vec x) {
  const Vec e = exponentialForBf16(x * x * -0.5F);
  const Vec t = reciprocalForBf16(absolute(x) * (0.3275911F * 0.70710678F) + 1.0F);
  Vec p = t * 1.061405429F - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = (p * t + 0.254829592F) * t;
  const Vec tail = p * e * 0.5F;
  const Vec phi = select(x < 0.0F, tail, 1.0F - tail);
  return {x * phi, phi + x * e * 0.39894228F};
}

// 0.5 x (1 + tanh(u)), u = sqrt(2/π) (x + 0.044715 x³).
BORNAGAIN_INLINE Activated geluTanh(Vec x) {
  constexpr float kRoot = 0.79788456080286536F;
  const Vec square = x * x;
  const Vec t = hyperbolicTangent(x * (1.0F + square * 0.044715F) * kRoot);
  const Vec half = 0.5F * (1.0F + t);
  return {x * half, half + 0.5F * x * (1.0F - t * t) * (kRoot * (1.0F + square * (3 * 0.044715F)))};
}

BORNAGAIN_INLINE Activated relu(Vec x) { return {select(x < 0.0F, Vec{}, x), select(x > 0.0F, splat(1.0F), Vec{})}; }

template <typename Real, typename Function>
BORNAGAIN_INLINE void activateRows(const ActivationForward<Real>& a, RowRange range, const Function& function) {
  for (int64_t r = range.begin; r < range.end; ++r) {
    Real* values = a.values + r * a.columns;
    Real* activated = a.activated + r * a.columns;
    forColumns(a.columns, [&](int64_t c, auto part) {
      const Activated y = function(load(values + c, part) + load(a.bias + c, part));
      store(activated + c, y.value, part);
      if (a.derivatives) store(values + c, y.derivative, part);
    });
  }
}

template <typename Real>
static void activationForward(const ActivationForward<Real>& a, RowRange range) {
  switch (a.activation) {
    case Activation::kGelu:
      if constexpr (std::is_same_v<Real, float>) {
        activateRows(a, range, [](Vec x) __attribute__((always_inline)) { return gelu(x); });
      } else {
        activateRows(a, range, [](Vec x) __attribute__((always_inline)) { return geluForBf16(x); });
      }
      return;
    case Activation::kGeluTanh:
      activateRows(a, range, [](Vec x) __attribute__((always_inline)) { return geluTanh(x); });
      return;
    case Activation::kRelu:
      activateRows(a, range, [](Vec x) __attribute__((always_inline)) { return relu(x); });
      return;
  }
}

template <typename Real>
static void tanhForward(const Real* a, float* out, RowRange range) {
  forColumns(range.end - range.begin,
             [&](int64_t i, auto part) { store(out + range.begin + i, hyperbolicTangent(load(a + range.begin + i, part)), part); });
}

template <typename Real>
static void tanhBackward(const float* gradient, const float* tanh, Real* out, RowRange range) {
  forColumns(range.end - range.begin, [&](int64_t offset, auto part) {
    const int64_t i = range.begin + offset;
    const Vec t = load(tanh + i, part);
    store(out + i, load(gradient + i, part) * (1.0F - t * t), part);
  });
}

}  // namespace bornagain::BORNAGAIN_ISA
