// The attention of a last layer that computes [CLS] alone (kernels/first_attention.h).
#pragma once

#include <cstdint>
#include <vector>

#include "core/bert.h"
#include "core/engines/fused/plan.h"
#include "core/engines/fused/weights.h"

namespace bornagain::fused {

template <typename Real>
class FirstAttentionPass {
 public:
  // Both outlive the pass.
  FirstAttentionPass(const BertConfig& config, const ElementwiseKernels<Real>& kernels)
      : config_(config), kernels_(kernels.firstAttention) {}

  // context [B, h] from queries [B, h] and the layer's input x [T, h], a Buffer's. All of them, and the plan, stay until `backward`, if
  // that is called.
  void forward(Dense<Real>& qkv, const BatchPlan& plan, const float* x, const Real* queries, MaskSpec mask, bool training, Real* context);

  // From contextGradient [B, h] to queryGradient [B, h], xGradient [T, h], and the gradients of key and value, which replace what was
  // there; their squares are added to the matrix's.
  void backward(Dense<Real>& qkv, const Real* contextGradient, Real* queryGradient, float* xGradient);

 private:
  void overSequences(void (*kernel)(const FirstAttention<Real>&, const FirstAttentionSequence&, float*));
  void overHeads(void (*kernel)(const FirstAttention<Real>&, int64_t, float*));
  // Returns the sum over the heads, in their order.
  double sumOverHeads(double (*kernel)(const FirstAttention<Real>&, int64_t, float*));
  float* scratchOf(int thread) { return scratch_.get() + thread * scratchSize_; }

  const BertConfig& config_;
  const FirstAttentionKernels<Real>& kernels_;
  const BatchPlan* plan_ = nullptr;
  const float* x_ = nullptr;
  float* xGradient_ = nullptr;
  MaskSpec mask_;
  bool training_ = false;
  FirstAttention<Real> args_{};
  Buffer<float> heads_;          // u, y and their gradients
  Buffer<float> kept_;           // and its gradient
  Buffer<float> probabilities_;  // of every sequence
  Buffer<float> scratch_;
  int64_t scratchSize_ = 0;
  std::vector<double> sums_;
};

}  // namespace bornagain::fused
