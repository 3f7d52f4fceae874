// exp, erf and tanh of sixteen floats, within one or two units in the last place. Only for files under isa/.
#pragma once

#include "core/kernels/simd.h"

namespace bornagain::BORNAGAIN_ISA {

// e^x by the reduction x = n ln 2 + f and a polynomial in f (the Cephes library's expf, Moshier 1989). Below -80 it gives 2e-35, not 0:
// what is multiplied with it stays a normal number, and subnormal ones cost Intel's CPUs a hundred cycles each.
BORNAGAIN_INLINE Vec exponential(Vec x) {
  x = atMost(atLeast(x, splat(-80.0F)), splat(88.0F));
  // Adding and subtracting 1.5 * 2^23 rounds to an integer; the sum's low bits are that integer.
  const Vec shifted = x * 1.44269504088896341F + 12582912.0F;
  const Vec n = shifted - 12582912.0F;
  Vec f = x - n * 0.693359375F;
  f = f - n * -2.12194440e-4F;
  Vec p = splat(1.9875691500e-4F);
  p = p * f + 1.3981999507e-3F;
  p = p * f + 8.3334519073e-3F;
  p = p * f + 4.1665795894e-2F;
  p = p * f + 1.6666665459e-1F;
  p = p * f + 5.0000001201e-1F;
  p = p * (f * f) + f + 1.0F;
  const VecU exponent = bitcast<VecU>(shifted) << 23;
  return bitcast<Vec>(bitcast<VecU>(p) + exponent);
}

// The same for what is rounded to bfloat16: p - 1 interpolates e^f - 1 at Chebyshev's nodes, and p is off by at most 7e-6 of the value.
BORNAGAIN_INLINE Vec exponentialForBf16(Vec x) {
  x = atMost(atLeast(x, splat(-80.0F)), splat(88.0F));
  const Vec shifted = x * 1.44269504088896341F + 12582912.0F;
  const Vec f = x - (shifted - 12582912.0F) * 0.69314718F;
  Vec p = f * 0.0418338031F + 0.167670116F;
  p = p * f + 0.499997497F;
  p = p * f + 0.99998492F;
  p = p * f + 1.0F;
  return bitcast<Vec>(bitcast<VecU>(p) + (bitcast<VecU>(shifted) << 23));
}

// erf by two polynomials (N. Juffa's minimax fits): in x below 0.93, and in the exponent of 1 - exp(...) above.
BORNAGAIN_INLINE Vec errorFunction(Vec x) {
  const Vec t = absolute(x);
  const Vec s = x * x;
  Vec outer = t * -1.72853470e-5F + 3.83197126e-4F;
  outer = outer * s + (t * -3.88396438e-3F + 2.42546219e-2F);
  outer = outer * t + -1.06777877e-1F;
  outer = outer * t + -6.34846687e-1F;
  outer = outer * t + -1.28717512e-1F;
  outer = 1.0F - exponential(outer * t - t);
  Vec inner = splat(-5.96761703e-4F);
  inner = inner * s + 4.99119423e-3F;
  inner = inner * s + -2.67681349e-2F;
  inner = inner * s + 1.12819925e-1F;
  inner = inner * s + -3.76125336e-1F;
  inner = inner * s + 1.28379166e-1F;
  inner = inner * x + x;
  return select(t > 0.927734375F, select(x < 0.0F, -outer, outer), inner);
}

// tanh: Cephes' polynomial near 0, by the exponential elsewhere.
BORNAGAIN_INLINE Vec hyperbolicTangent(Vec x) {
  const Vec t = absolute(x);
  const Vec s = x * x;
  Vec inner = splat(-5.70498872745e-3F);
  inner = inner * s + 2.06390887954e-2F;
  inner = inner * s + -5.37397155531e-2F;
  inner = inner * s + 1.33314422036e-1F;
  inner = inner * s + -3.33332819422e-1F;
  inner = inner * s * x + x;
  const Vec outer = 1.0F - 2.0F / (exponential(t + t) + 1.0F);
  return select(t > 0.625F, select(x < 0.0F, -outer, outer), inner);
}

}  // namespace bornagain::BORNAGAIN_ISA
