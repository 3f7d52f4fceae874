#include <algorithm>
#include <cstring>

#include "core/engines/fused/encoder.h"
#include "core/engines/fused/sums.h"

namespace bornagain::fused {

template <typename Real>
void FusedEncoder<Real>::backward(const float* pooledGradient, const Interrupt& interrupt) {
  const int64_t h = config_.hiddenSize, tokens = plan_.tokens, last = config_.layers - 1;
  gradient_.ensure(tokens * h);
  sumGradient_.ensure(tokens * h);
  outputGradient_.ensure(tokens * h);
  attendedGradient_.ensure(tokens * h);
  innerGradient_.ensure(tokens * config_.intermediateSize);
  contextGradient_.ensure(tokens * h);
  qkvGradient_.ensure(tokens * 3 * h);
  firstQueryGradient_.ensure(plan_.sequences * h);
  weights_.forEachMatrix([](Matrix<Real>& matrix) { matrix.gradientSquares = 0; });
  poolBackward(pooledGradient);
  {
    const Section section(profiler_, "rows backward");
    const LayerNorms norms = normsOf(last);
    overRows(rowsOf(last).count, [&](RowRange range) { rowsBackward(last, norms, range); });
    sumNorms(last, norms);
  }
  for (int64_t layer = last; layer >= 0; --layer) {
    interrupt.check();
    if (rowsOf(layer).tokens != nullptr) {
      attendFirstBackward(layer);
    } else {
      attend(layer, Direction::kBackward);
    }
    weightGradients(layer);
    inputBackward(layer);
  }
  embeddingBackward();
}

// Leaves the gradient of the last layer's rows in gradient_.
template <typename Real>
void FusedEncoder<Real>::poolBackward(const float* pooledGradient) {
  const Section section(profiler_, "pooler");
  const int64_t h = config_.hiddenSize, b = plan_.sequences;
  Real* preActivation = prePooled_.get();
  kernels_.tanhBackward(pooledGradient, pooled_.get(), preActivation, {0, b * h});
  if (rowsOf(config_.layers - 1).tokens != nullptr) {
    linear_.inputGradientPlus({0, b}, {preActivation, h}, Slice(weights_.pooler), nullptr, gradient_.get());
    return;
  }
  linear_.inputGradientPlus({0, b}, {preActivation, h}, Slice(weights_.pooler), nullptr, sumGradient_.get());
  std::fill_n(gradient_.get(), plan_.tokens * h, 0.0F);
  for (int64_t i = 0; i < b; ++i) std::copy_n(sumGradient_.get() + i * h, h, gradient_.get() + plan_.firstTokens[i] * h);
}

// From gradient_ [R, h] to sumGradient_ and `subGradient` [R, h].
template <typename Real>
NormBackward<Real> FusedEncoder<Real>::normGradient(const Norm& norm, const Buffer<Real>& normalized, const Buffer<float>& rstd,
                                                    LayerRows rows, MaskSpec outputMask, MaskSpec subMask, Real* subGradient) const {
  NormBackward<Real> args{};
  args.columns = config_.hiddenSize;
  args.outputGradient = gradient_.get();
  args.normalized = normalized.get();
  args.rstd = rstd.get();
  args.weight = norm.weight.values();
  args.outputMask = outputMask;
  args.subMask = subMask;
  args.maskRows = rows.tokens;
  args.sumGradient = sumGradient_.get();
  args.subGradient = subGradient;
  return args;
}

template <typename Real>
void FusedEncoder<Real>::normBackward(const NormBackward<Real>& args, RowRange rows, float* sums) const {
  parallelRows(rows, kSumRows, [&](RowRange range, int64_t part) { kernels_.normBackward(args, range, sums + part * 3 * args.columns); });
}

template <typename Real>
void FusedEncoder<Real>::sumNorm(Norm& norm, int64_t rows, const float* sums, float* subBiasGradient) {
  const int64_t h = config_.hiddenSize, parts = taskCount(rows, kSumRows);
  addPartials(parts, 3 * h, h, sums, norm.weight.gradient.get());
  addPartials(parts, 3 * h, h, sums + h, norm.bias.gradient.get());
  if (subBiasGradient != nullptr) addPartials(parts, 3 * h, h, sums + 2 * h, subBiasGradient);
}

template <typename Real>
typename FusedEncoder<Real>::LayerNorms FusedEncoder<Real>::normsOf(int64_t layer) {
  auto& w = weights_.layers[layer];
  auto& a = layers_[layer];
  const LayerRows rows = rowsOf(layer);
  const int64_t size = taskCount(rows.count, kSumRows) * 3 * config_.hiddenSize;
  float* sums = partials_.ensure(2 * size);
  return {normGradient(w.outputNorm, a.outputNormalized, a.outputRstd, rows, {},
                       mask(DropoutSite::feedForwardOutput(layer), config_.hiddenDropout), outputGradient_.get()),
          normGradient(w.attentionNorm, a.attendedNormalized, a.attendedRstd, rows, {},
                       mask(DropoutSite::attentionOutput(layer), config_.hiddenDropout), attendedGradient_.get()),
          sums, sums + size};
}

// Leaves the gradient of the residual in sumGradient_ [R, h].
template <typename Real>
void FusedEncoder<Real>::rowsBackward(int64_t layer, const LayerNorms& norms, RowRange range) {
  const int64_t h = config_.hiddenSize, f = config_.intermediateSize;
  auto& w = weights_.layers[layer];
  normBackward(norms.output, range, norms.outputSums);
  linear_.inputGradientTimes(range, {outputGradient_.get(), h}, Slice(w.output), layers_[layer].derivative.get(), innerGradient_.get());
  linear_.inputGradientPlus(range, {innerGradient_.get(), f}, Slice(w.intermediate), sumGradient_.get(), gradient_.get());
  normBackward(norms.attention, range, norms.attentionSums);
  linear_.inputGradient(range, {attendedGradient_.get(), h}, Slice(w.attentionOutput), {contextGradient_.get(), h});
}

// Leaves the gradient of the layer's input, but for what comes of [CLS] itself, in gradient_ [T, h].
template <typename Real>
void FusedEncoder<Real>::attendFirstBackward(int64_t layer) {
  const Section section(profiler_, "attention backward");
  firstAttention_.backward(weights_.layers[layer].qkv, contextGradient_.get(), firstQueryGradient_.get(), gradient_.get());
}

template <typename Real>
void FusedEncoder<Real>::sumNorms(int64_t layer, const LayerNorms& norms) {
  auto& w = weights_.layers[layer];
  const int64_t rows = rowsOf(layer).count;
  sumNorm(w.outputNorm, rows, norms.outputSums, w.output.bias.gradient.get());
  sumNorm(w.attentionNorm, rows, norms.attentionSums, w.attentionOutput.bias.gradient.get());
}

// Everything that was multiplied with the layer's weights is still there.
template <typename Real>
void FusedEncoder<Real>::weightGradients(int64_t layer) {
  const Section section(profiler_, "weight gradients");
  const int64_t h = config_.hiddenSize, f = config_.intermediateSize, b = plan_.sequences;
  auto& w = weights_.layers[layer];
  auto& a = layers_[layer];
  const LayerRows rows = rowsOf(layer);
  const Real* input = layer > 0 ? layers_[layer - 1].output.get() : embedded_.output.get();
  gradients_.clear();
  if (layer == config_.layers - 1) {
    gradients_.push_back({Slice(weights_.pooler), b, {prePooled_.get(), h}, {poolerInput_.get(), h}, true});
  }
  gradients_.push_back({Slice(w.output), rows.count, {outputGradient_.get(), h}, {a.activated.get(), f}, false});
  gradients_.push_back({Slice(w.intermediate), rows.count, {innerGradient_.get(), f}, {a.attended.get(), h}, true});
  gradients_.push_back({Slice(w.attentionOutput), rows.count, {attendedGradient_.get(), h}, {a.context.get(), h}, false});
  if (rows.tokens == nullptr) {
    gradients_.push_back({Slice(w.qkv), plan_.tokens, {qkvGradient_.get(), 3 * h}, {input, h}, true});
  } else {
    gradients_.push_back({Slice(w.qkv, 0, h), b, {firstQueryGradient_.get(), h}, {first_.get(), h}, true});
  }
  linear_.weightGradients(gradients_);
}

template <typename Real>
void FusedEncoder<Real>::inputBackward(int64_t layer) {
  const Section section(profiler_, "rows backward");
  if (rowsOf(layer).tokens != nullptr) projectFirstBackward(layer);
  if (layer > 0) {
    const LayerNorms norms = normsOf(layer - 1);
    overRows(plan_.tokens, [&](RowRange range) {
      projectBackward(layer, range);
      rowsBackward(layer - 1, norms, range);
    });
    sumNorms(layer - 1, norms);
    return;
  }
  const auto norm = normGradient(weights_.embeddingNorm, embedded_.outputNormalized, embedded_.outputRstd, {plan_.tokens, nullptr},
                                 mask(DropoutSite::embeddings(), config_.hiddenDropout), {}, nullptr);
  float* sums = partials_.ensure(taskCount(plan_.tokens, kSumRows) * 3 * config_.hiddenSize);
  overRows(plan_.tokens, [&](RowRange range) {
    projectBackward(layer, range);
    normBackward(norm, range, sums);
  });
  sumNorm(weights_.embeddingNorm, plan_.tokens, sums, nullptr);
}

// The gradient of the layer's input, in gradient_ [T, h]; it is there already where the layer computes [CLS] alone.
template <typename Real>
void FusedEncoder<Real>::projectBackward(int64_t layer, RowRange range) {
  if (rowsOf(layer).tokens != nullptr) return;
  const int64_t h = config_.hiddenSize;
  linear_.inputGradientPlus(range, {qkvGradient_.get(), 3 * h}, Slice(weights_.layers[layer].qkv), sumGradient_.get(), gradient_.get());
}

// Adds what comes of [CLS] itself: its query, and the residual.
template <typename Real>
void FusedEncoder<Real>::projectFirstBackward(int64_t layer) {
  const int64_t h = config_.hiddenSize, b = plan_.sequences;
  float* addend = firstGradient_.ensure(b * h);
  linear_.inputGradientPlus({0, b}, {firstQueryGradient_.get(), h}, Slice(weights_.layers[layer].qkv, 0, h), sumGradient_.get(), addend);
  for (int64_t i = 0; i < b; ++i, addend += h) {
    float* row = gradient_.get() + plan_.firstTokens[i] * h;
    for (int64_t c = 0; c < h; ++c) row[c] += addend[c];
  }
}

template <typename Real>
void FusedEncoder<Real>::embeddingBackward() {
  const Section section(profiler_, "embeddings backward");
  sumTableGradients(plan_.words, weights_.words);
  sumTableGradients(plan_.positionRows, weights_.positions);
  sumTypeGradients();
}

template <typename Real>
void FusedEncoder<Real>::sumTableGradients(const RowUses& uses, Table& table) {
  constexpr int64_t kTableRows = 16;
  const int64_t h = config_.hiddenSize;
  float* out = table.gradient.ensure(uses.count() * h);
  parallelRows(uses.count(), kTableRows, [&](RowRange range, int64_t) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      kernels_.sumRows(sumGradient_.get(), h, uses.tokens.data() + uses.starts[i], uses.starts[i + 1] - uses.starts[i], out + i * h);
    }
  });
}

// A type has thousands of tokens, so its sum is cut into parts.
template <typename Real>
void FusedEncoder<Real>::sumTypeGradients() {
  const int64_t h = config_.hiddenSize;
  const RowUses& uses = plan_.types;
  float* out = weights_.types.gradient.ensure(uses.count() * h);
  for (int64_t i = 0; i < uses.count(); ++i) {
    const int64_t n = uses.starts[i + 1] - uses.starts[i], parts = taskCount(n, kSumRows);
    float* partials = partials_.ensure(parts * h);
    parallelRows(n, kSumRows, [&](RowRange range, int64_t part) {
      kernels_.sumRows(sumGradient_.get(), h, uses.tokens.data() + uses.starts[i] + range.begin, range.end - range.begin,
                       partials + part * h);
    });
    addPartials(parts, h, h, partials, out + i * h);
  }
}

// The class as a whole is encoder_forward.cc's, which may be compiled together with this.
template void FusedEncoder<float>::backward(const float* pooledGradient, const Interrupt& interrupt);
template void FusedEncoder<Bf16>::backward(const float* pooledGradient, const Interrupt& interrupt);

}  // namespace bornagain::fused
