#include "core/engines/fused/first_attention.h"

#include <algorithm>
#include <numeric>

#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// The parts of the stack.
constexpr size_t kKey = 1;
constexpr size_t kValue = 2;

}  // namespace

template <typename Real>
void FirstAttentionPass<Real>::forward(Dense<Real>& qkv, const BatchPlan& plan, const float* x, const Real* queries, MaskSpec mask,
                                       bool training, Real* context) {
  const int64_t h = config_.hiddenSize, heads = config_.heads, b = plan.sequences, size = heads * b * firstAttentionLd(h);
  plan_ = &plan;
  x_ = x;
  xGradient_ = nullptr;
  mask_ = mask;
  training_ = training;
  args_.sequences = b;
  args_.heads = heads;
  args_.headSize = h / heads;
  args_.keyWeight = qkv.weight.stack.parts[kKey].values;
  args_.valueWeight = qkv.weight.stack.parts[kValue].values;
  args_.valueBias = qkv.bias.values() + kValue * h;
  args_.queries = queries;
  args_.context = context;
  args_.u = heads_.ensure((training ? 4 : 2) * size);
  args_.y = args_.u + size;
  args_.kept = kept_.ensure((training ? 2 : 1) * heads * b);
  if (training) {
    args_.uGradient = args_.y + size;
    args_.yGradient = args_.uGradient + size;
    args_.keptGradient = args_.kept + heads * b;
    probabilities_.ensure(heads * (plan.tokens + b * probabilityLd(1)));
  }
  scratchSize_ = kernels_.scratchSize(args_, plan.maxLength);
  scratch_.ensure(scratchSize_ * maxThreads());
  overHeads(kernels_.forwardQueries);
  overSequences(kernels_.forwardSequence);
  overHeads(kernels_.forwardContext);
}

template <typename Real>
void FirstAttentionPass<Real>::backward(Dense<Real>& qkv, const Real* contextGradient, Real* queryGradient, float* xGradient) {
  const int64_t h = config_.hiddenSize;
  xGradient_ = xGradient;
  args_.contextGradient = contextGradient;
  args_.queryGradient = queryGradient;
  args_.keyWeightGradient = qkv.weight.gradient.get() + kKey * h * h;
  args_.valueWeightGradient = qkv.weight.gradient.get() + kValue * h * h;
  args_.valueBiasGradient = qkv.bias.gradient.get() + kValue * h;
  std::fill_n(qkv.bias.gradient.get() + kKey * h, h, 0.0F);
  double& squares = qkv.weight.gradientSquares;
  squares += sumOverHeads(kernels_.backwardContext);
  overSequences(kernels_.backwardSequence);
  squares += sumOverHeads(kernels_.backwardQueries);
}

template <typename Real>
void FirstAttentionPass<Real>::overSequences(void (*kernel)(const FirstAttention<Real>&, const FirstAttentionSequence&, float*)) {
  const int64_t h = config_.hiddenSize, heads = config_.heads;
  parallelTasks(plan_->sequences, [&](int64_t task, int thread) {
    const int64_t b = plan_->longestFirst[task], first = plan_->firstTokens[b];
    FirstAttentionSequence s{};
    s.index = b;
    s.length = plan_->lengths[b];
    s.x = x_ + first * h;
    // No sequence is padded by more than one vector less one.
    s.probabilities = training_ ? probabilities_.get() + heads * (first + b * probabilityLd(1)) : nullptr;
    s.mask = mask_;
    s.firstCounter = first * heads;
    s.xGradient = xGradient_ == nullptr ? nullptr : xGradient_ + first * h;
    kernel(args_, s, scratchOf(thread));
  });
}

template <typename Real>
void FirstAttentionPass<Real>::overHeads(void (*kernel)(const FirstAttention<Real>&, int64_t, float*)) {
  parallelTasks(args_.heads, [&](int64_t head, int thread) { kernel(args_, head, scratchOf(thread)); });
}

template <typename Real>
double FirstAttentionPass<Real>::sumOverHeads(double (*kernel)(const FirstAttention<Real>&, int64_t, float*)) {
  sums_.assign(args_.heads, 0);
  parallelTasks(args_.heads, [&](int64_t head, int thread) { sums_[head] = kernel(args_, head, scratchOf(thread)); });
  return std::accumulate(sums_.begin(), sums_.end(), 0.0);
}

template class FirstAttentionPass<float>;
template class FirstAttentionPass<Bf16>;

}  // namespace bornagain::fused
