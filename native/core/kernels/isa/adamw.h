// AdamW (adamw.h of the core defines it) in one pass: clip, moments, decay and update; and the steps that rows of a table have missed.
#pragma once

#include "core/kernels/elementwise.h"
#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

struct AdamWState {
  Vec value;
  Vec first;
  Vec second;
};

BORNAGAIN_INLINE AdamWState adamWStep(const AdamWConstants& k, AdamWState s, Vec gradient) {
  s.first = s.first * k.beta1 + gradient * k.gain1;
  s.second = s.second * k.beta2 + gradient * gradient * k.gain2;
  const Vec denominator = squareRoot(s.second) * k.rootCorrection2 + k.epsilon;
  s.value = s.value * k.decay - s.first / denominator * k.rate;
  return s;
}

template <typename Gradient>
static void adamW(const AdamWConstants& k, float* values, float* first, float* second, const Gradient* gradient, RowRange range) {
  forColumns(range.end - range.begin, [&](int64_t offset, auto part) {
    const int64_t i = range.begin + offset;
    AdamWState state{load(values + i, part), load(first + i, part), load(second + i, part)};
    state = adamWStep(k, state, load(gradient + i, part) * k.gradientScale);
    store(values + i, state.value, part);
    store(first + i, state.first, part);
    store(second + i, state.second, part);
  });
}

// first / (sqrt(second) * correction + epsilon), within a unit or two in the last place where the CPU has a fast start for it.
BORNAGAIN_INLINE Vec direction(Vec first, Vec second, float rootCorrection2, float epsilon) {
#if defined(__AVX512F__)
  const Vec safe = atLeast(second, splat(1e-38F));
  Vec inverseRoot = bitcast<Vec>(_mm512_maskz_rsqrt14_ps(0xffff, bitcast<__m512>(safe)));
  inverseRoot = inverseRoot * (1.5F - 0.5F * safe * inverseRoot * inverseRoot);
  const Vec denominator = second * inverseRoot * rootCorrection2 + epsilon;
  Vec inverse = bitcast<Vec>(_mm512_maskz_rcp14_ps(0xffff, bitcast<__m512>(denominator)));
  inverse = inverse * (2.0F - denominator * inverse);
  return first * inverse;
#else
  return first / (squareRoot(second) * rootCorrection2 + epsilon);
#endif
}

// Makes up for `count` steps in which a row had no gradient. A first moment that at a settling step moves a value by less than 1e-9 of the
// learning rate is set to 0: the value would not change, and denormal numbers are slow. What becomes of a row does not depend on how its
// steps are split over calls.
static void adamWReplay(const AdamWConstants* steps, int64_t count, float* values, float* first, float* second, int64_t columns) {
  forColumns(columns, [&](int64_t c, auto part) {
    AdamWState s{load(values + c, part), load(first + c, part), load(second + c, part)};
    int64_t i = 0;
    while (i < count && sumLanes(absolute(s.first)) != 0) {
      bool settles = false;
      for (; i < count && !settles; ++i) {
        const AdamWConstants& k = steps[i];
        s.first *= k.beta1;
        s.second *= k.beta2;
        s.value = s.value * k.decay - direction(s.first, s.second, k.rootCorrection2, k.epsilon) * k.rate;
        settles = k.settles;
      }
      if (settles) s.first = select(s.first * s.first < s.second * 1e-18F, Vec{}, s.first);
    }
    for (; i < count; ++i) {
      s.second *= steps[i].beta2;
      s.value *= steps[i].decay;
    }
    store(values + c, s.value, part);
    store(first + c, s.first, part);
    store(second + c, s.second, part);
  });
}

}  // namespace bornagain::BORNAGAIN_ISA
