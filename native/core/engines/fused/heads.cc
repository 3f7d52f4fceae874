#include "core/engines/fused/heads.h"

#include <algorithm>
#include <cmath>

#include "core/dropout_hash.h"

namespace bornagain::fused {

namespace {

// Eight sums side by side, so that the compiler may use vectors; always in this order.
float dot(const float* a, const float* b, int64_t n) {
  float sums[8] = {};
  int64_t c = 0;
  for (; c + 8 <= n; c += 8) {
    for (int i = 0; i < 8; ++i) sums[i] += a[c + i] * b[c + i];
  }
  for (; c < n; ++c) sums[0] += a[c] * b[c];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void addScaled(float* out, float factor, const float* values, int64_t n) {
  for (int64_t c = 0; c < n; ++c) out[c] += factor * values[c];
}

double logSumExp(const float* logits, int64_t n) {
  const double top = *std::max_element(logits, logits + n);
  double sum = 0;
  for (int64_t k = 0; k < n; ++k) sum += std::exp(logits[k] - top);
  return top + std::log(sum);
}

}  // namespace

HeadPass::HeadPass(const Model& model, std::vector<HeadWeights>& weights, const ElementwiseKernels<float>& kernels)
    : model_(model), weights_(weights), kernels_(kernels), hidden_(model.encoder->config().hiddenSize) {}

const std::vector<float>& HeadPass::forward(const Batch& batch, const float* pooled, const Dropout& dropout) {
  offsets_ = outputOffsets(model_, batch.taskIds);
  outputs_.resize(offsets_.back());
  touched_.assign(weights_.size(), 0);
  masks_.assign(weights_.size(), {});
  for (size_t head = 0; dropout && head < weights_.size(); ++head) {
    const double rate = model_.heads[head]->config().dropout;
    if (rate == 0) continue;
    masks_[head] = {dropoutSiteKey(dropout->seed, dropout->step, DropoutSite::pooled().id()), dropoutThreshold(rate),
                    static_cast<float>(1.0 / (1.0 - rate))};
  }
  float* dropped = dropped_.ensure(static_cast<int64_t>(batch.taskIds.size()) * hidden_);
  for (size_t b = 0; b < batch.taskIds.size(); ++b) {
    const size_t head = batch.taskIds[b];
    touched_[head] = 1;
    float* row = dropped + static_cast<int64_t>(b) * hidden_;
    kernels_.dropRow(pooled + static_cast<int64_t>(b) * hidden_, hidden_, masks_[head], static_cast<int64_t>(b), row);
    for (int64_t k = 0; k < offsets_[b + 1] - offsets_[b]; ++k) {
      const float x = dot(row, weights_[head].weight.values() + k * hidden_, hidden_) + weights_[head].bias.values()[k];
      outputs_[offsets_[b] + k] = model_.heads[head]->config().sigmoid ? 1.0F / (1.0F + std::exp(-x)) : x;
    }
  }
  return outputs_;
}

std::vector<float> HeadPass::losses(const Batch& batch) const {
  std::vector<float> losses(batch.taskIds.size());
  for (size_t b = 0; b < losses.size(); ++b) {
    const float* outputs = outputs_.data() + offsets_[b];
    const float* targets = batch.targets.data() + offsets_[b];
    const int64_t n = offsets_[b + 1] - offsets_[b];
    if (model_.heads[batch.taskIds[b]]->config().kind == HeadKind::kRegression) {
      losses[b] = (outputs[0] - targets[0]) * (outputs[0] - targets[0]);
      continue;
    }
    const double normaliser = logSumExp(outputs, n);
    double loss = 0;
    for (int64_t k = 0; k < n; ++k) loss += targets[k] * (normaliser - outputs[k]);
    losses[b] = static_cast<float>(loss);
  }
  return losses;
}

// d loss / d logits: p Σt - t for cross-entropy, 2 (o - t) for the squared error, times o (1 - o) under a sigmoid.
void HeadPass::outputGradients(const Batch& batch) {
  outputGradients_.resize(outputs_.size());
  for (size_t b = 0; b < batch.taskIds.size(); ++b) {
    const HeadConfig& config = model_.heads[batch.taskIds[b]]->config();
    const float* outputs = outputs_.data() + offsets_[b];
    const float* targets = batch.targets.data() + offsets_[b];
    float* gradients = outputGradients_.data() + offsets_[b];
    const int64_t n = offsets_[b + 1] - offsets_[b];
    if (config.kind == HeadKind::kRegression) {
      gradients[0] = batch.weights[b] * 2 * (outputs[0] - targets[0]) * (config.sigmoid ? outputs[0] * (1 - outputs[0]) : 1.0F);
      continue;
    }
    const double normaliser = logSumExp(outputs, n);
    double mass = 0;
    for (int64_t k = 0; k < n; ++k) mass += targets[k];
    for (int64_t k = 0; k < n; ++k) {
      gradients[k] = static_cast<float>(batch.weights[b] * (std::exp(outputs[k] - normaliser) * mass - targets[k]));
    }
  }
}

const float* HeadPass::backward(const Batch& batch) {
  outputGradients(batch);
  for (size_t head = 0; head < weights_.size(); ++head) {
    std::fill_n(weights_[head].weight.gradient.get(), weights_[head].weight.stack.size(), 0.0F);
    std::fill_n(weights_[head].bias.gradient.get(), weights_[head].bias.stack.size(), 0.0F);
  }
  float* pooledGradient = pooledGradient_.ensure(static_cast<int64_t>(batch.taskIds.size()) * hidden_);
  for (size_t b = 0; b < batch.taskIds.size(); ++b) {
    const size_t head = batch.taskIds[b];
    float* row = pooledGradient + static_cast<int64_t>(b) * hidden_;
    std::fill_n(row, hidden_, 0.0F);
    for (int64_t k = 0; k < offsets_[b + 1] - offsets_[b]; ++k) {
      const float gradient = outputGradients_[offsets_[b] + k];
      weights_[head].bias.gradient.get()[k] += gradient;
      addScaled(weights_[head].weight.gradient.get() + k * hidden_, gradient, dropped_.get() + static_cast<int64_t>(b) * hidden_, hidden_);
      addScaled(row, gradient, weights_[head].weight.values() + k * hidden_, hidden_);
    }
    kernels_.dropRow(row, hidden_, masks_[head], static_cast<int64_t>(b), row);
  }
  return pooledGradient;
}

}  // namespace bornagain::fused
