// AdamW (adamw.h of the core defines it) in one pass: clip, moments, decay and update.
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
  s.first = s.first * k.beta1 + gradient * (1.0F - k.beta1);
  s.second = s.second * k.beta2 + gradient * gradient * (1.0F - k.beta2);
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

}  // namespace bornagain::BORNAGAIN_ISA
