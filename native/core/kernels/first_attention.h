// Attention of a last layer that computes [CLS] alone, without keys and values of the tokens. Each head of a sequence asks with one query q
// there, so with the head's rows of the weights, x [length, h] and the probabilities p after dropout
//   scores  = (x Wkᵀ + bk) qᵀ = x uᵀ + a constant,   u = q Wk
//   context = p (x Wvᵀ + bv)  = y Wvᵀ + sum(p) bv,   y = p x
// Two products of every token with h columns become products with a row for each head. A softmax does not see the constant, so bk has no
// gradient. All of it is fp32; `Real` is what the products around it read and write.
#pragma once

#include <cstdint>

#include "core/kernels/mask_spec.h"

namespace bornagain {

// Of a batch of B sequences. `u`, `y` and their gradients are [heads, B, firstAttentionLd(h)].
template <typename Real>
struct FirstAttention {
  int64_t sequences;
  int64_t heads;
  int64_t headSize;
  const float* keyWeight;    // [h, h]
  const float* valueWeight;  // [h, h]
  const float* valueBias;    // [h]
  const Real* queries;       // [B, h]
  float* u;
  float* y;
  float* kept;    // [heads, B] sum(p)
  Real* context;  // [B, h]

  const Real* contextGradient;  // [B, h]
  float* uGradient;
  float* yGradient;
  float* keptGradient;        // [heads, B]
  Real* queryGradient;        // [B, h]
  Real* keyWeightGradient;    // [h, h]
  Real* valueWeightGradient;  // [h, h]
  float* valueBiasGradient;   // [h]
};

// One of its sequences. x may be read a vector past its end.
struct FirstAttentionSequence {
  int64_t index;
  int64_t length;
  const float* x;        // [length, h]
  float* probabilities;  // [heads, probabilityLd(length)] before dropout; null in evaluation
  MaskSpec mask;
  int64_t firstCounter;  // the dropout counter of head 0; each head has the next one
  float* xGradient;      // [length, h]
};

// Rows are padded to whole vectors.
constexpr int64_t firstAttentionLd(int64_t hidden) { return (hidden + 15) / 16 * 16; }

// In the order in which they are called: each for all its heads or sequences before the next. `scratch` has as many floats as `scratchSize`
// says. Gradients replace what was there; those of weights return the sum of their squares.
template <typename Real>
struct FirstAttentionKernels {
  void (*forwardQueries)(const FirstAttention<Real>&, int64_t head, float* scratch);  // u
  void (*forwardSequence)(const FirstAttention<Real>&, const FirstAttentionSequence&, float* scratch);
  void (*forwardContext)(const FirstAttention<Real>&, int64_t head, float* scratch);
  double (*backwardContext)(const FirstAttention<Real>&, int64_t head, float* scratch);
  void (*backwardSequence)(const FirstAttention<Real>&, const FirstAttentionSequence&, float* scratch);
  double (*backwardQueries)(const FirstAttention<Real>&, int64_t head, float* scratch);
  int64_t (*scratchSize)(const FirstAttention<Real>&, int64_t longest);
};

}  // namespace bornagain
