#include <algorithm>
#include <cstring>

#include "core/engines/fused/encoder.h"
#include "core/engines/fused/sums.h"
#include "core/kernels/parallel.h"

namespace bornagain::fused {

template <typename Real>
void FusedEncoder<Real>::backward(const float* pooledGradient, const Interrupt& interrupt) {
  const int64_t h = config_.hiddenSize;
  gradient_.ensure(plan_.tokens * h);
  sumGradient_.ensure(plan_.tokens * h);
  subGradient_.ensure(plan_.tokens * h);
  weights_.forEachMatrix([](Matrix<Real>& matrix) { matrix.gradientSquares = 0; });
  poolBackward(pooledGradient);
  for (int64_t layer = config_.layers - 1; layer >= 0; --layer) {
    interrupt.check();
    feedForwardBackward(layer);
    attentionBackward(layer);
    queryKeyValueBackward(layer);
  }
  embeddingBackward();
}

// Leaves the gradient of the last layer's rows in gradient_.
template <typename Real>
void FusedEncoder<Real>::poolBackward(const float* pooledGradient) {
  const int64_t h = config_.hiddenSize, b = plan_.sequences;
  Real* preActivation = prePooled_.get();
  kernels_.tanhBackward(pooledGradient, pooled_.get(), preActivation, {0, b * h});
  linear_.weightGradient(b, {preActivation, h}, {first_.get(), h}, Slice(weights_.pooler), true);
  if (rowsOf(config_.layers - 1).tokens != nullptr) {
    linear_.inputGradientPlus(b, {preActivation, h}, Slice(weights_.pooler), nullptr, gradient_.get());
    return;
  }
  linear_.inputGradientPlus(b, {preActivation, h}, Slice(weights_.pooler), nullptr, sumGradient_.get());
  std::fill_n(gradient_.get(), plan_.tokens * h, 0.0F);
  for (int64_t i = 0; i < b; ++i) std::copy_n(sumGradient_.get() + i * h, h, gradient_.get() + plan_.firstTokens[i] * h);
}

// gradient_ [R, h] to sumGradient_ and `subGradient` [R, h], and the norm's own gradients.
template <typename Real>
void FusedEncoder<Real>::normBackward(Norm& norm, const Buffer<Real>& normalized, const Buffer<float>& rstd, LayerRows rows,
                                      MaskSpec outputMask, MaskSpec subMask, Real* subGradient, float* subBiasGradient) {
  const Section section(profiler_, "norm backward");
  const int64_t h = config_.hiddenSize;
  NormBackward<Real> args{};
  args.columns = h;
  args.outputGradient = gradient_.get();
  args.normalized = normalized.get();
  args.rstd = rstd.get();
  args.weight = norm.weight.values();
  args.outputMask = outputMask;
  args.subMask = subMask;
  args.maskRows = rows.tokens;
  args.sumGradient = sumGradient_.get();
  args.subGradient = subGradient;
  const int64_t parts = taskCount(rows.count, kSumRows);
  float* partials = partials_.ensure(parts * 3 * h);
  parallelRows(rows.count, kSumRows, [&](RowRange range, int64_t part) { kernels_.normBackward(args, range, partials + part * 3 * h); });
  addPartials(parts, 3 * h, h, partials, norm.weight.gradient.get());
  addPartials(parts, 3 * h, h, partials + h, norm.bias.gradient.get());
  if (subBiasGradient != nullptr) addPartials(parts, 3 * h, h, partials + 2 * h, subBiasGradient);
}

template <typename Real>
void FusedEncoder<Real>::feedForwardBackward(int64_t layer) {
  const int64_t h = config_.hiddenSize, f = config_.intermediateSize;
  auto& w = weights_.layers[layer];
  auto& a = layers_[layer];
  const LayerRows rows = rowsOf(layer);
  normBackward(w.outputNorm, a.outputNormalized, a.outputRstd, rows, {}, mask(DropoutSite::feedForwardOutput(layer), config_.hiddenDropout),
               subGradient_.get(), w.output.bias.gradient.get());
  Real* inner = innerGradient_.ensure(rows.count * f);
  linear_.inputGradientTimes(rows.count, {subGradient_.get(), h}, Slice(w.output), a.derivative.get(), inner);
  linear_.weightGradient(rows.count, {subGradient_.get(), h}, {a.activated.get(), f}, Slice(w.output), false);
  linear_.weightGradient(rows.count, {inner, f}, {a.attended.get(), h}, Slice(w.intermediate), true);
  linear_.inputGradientPlus(rows.count, {inner, f}, Slice(w.intermediate), sumGradient_.get(), gradient_.get());
}

// Leaves the gradient of the residual in sumGradient_ [R, h] and those of query, key and value in their buffers.
template <typename Real>
void FusedEncoder<Real>::attentionBackward(int64_t layer) {
  const int64_t h = config_.hiddenSize;
  auto& w = weights_.layers[layer];
  auto& a = layers_[layer];
  const LayerRows rows = rowsOf(layer);
  normBackward(w.attentionNorm, a.attendedNormalized, a.attendedRstd, rows, {},
               mask(DropoutSite::attentionOutput(layer), config_.hiddenDropout), subGradient_.get(), w.attentionOutput.bias.gradient.get());
  Real* context = contextGradient_.ensure(rows.count * h);
  linear_.inputGradient(rows.count, {subGradient_.get(), h}, Slice(w.attentionOutput), {context, h});
  linear_.weightGradient(rows.count, {subGradient_.get(), h}, {a.context.get(), h}, Slice(w.attentionOutput), false);
  qkvGradient_.ensure(plan_.tokens * 3 * h);
  if (rows.tokens != nullptr) firstQueryGradient_.ensure(plan_.sequences * h);
  attend(layer, Direction::kBackward);
}

// The gradient of the layer's input, in gradient_ [T, h].
template <typename Real>
void FusedEncoder<Real>::queryKeyValueBackward(int64_t layer) {
  const int64_t h = config_.hiddenSize, tokens = plan_.tokens, b = plan_.sequences;
  auto& qkv = weights_.layers[layer].qkv;
  const Real* input = layer > 0 ? layers_[layer - 1].output.get() : embedded_.output.get();
  const Real* gradient = qkvGradient_.get();
  if (rowsOf(layer).tokens == nullptr) {
    linear_.weightGradient(tokens, {gradient, 3 * h}, {input, h}, Slice(qkv), true);
    linear_.inputGradientPlus(tokens, {gradient, 3 * h}, Slice(qkv), sumGradient_.get(), gradient_.get());
    return;
  }
  const Slice<Real> query(qkv, 0, h), keyValue(qkv, h, 3 * h);
  gatherFirst(input, first_.get());
  linear_.weightGradient(b, {firstQueryGradient_.get(), h}, {first_.get(), h}, query, true);
  linear_.weightGradient(tokens, {gradient + h, 3 * h}, {input, h}, keyValue, true);
  linear_.inputGradientPlus(tokens, {gradient + h, 3 * h}, keyValue, nullptr, gradient_.get());
  linear_.inputGradientPlus(b, {firstQueryGradient_.get(), h}, query, sumGradient_.get(), sumGradient_.get());
  for (int64_t i = 0; i < b; ++i) {
    float* row = gradient_.get() + plan_.firstTokens[i] * h;
    for (int64_t c = 0; c < h; ++c) row[c] += sumGradient_.get()[i * h + c];
  }
}

template <typename Real>
void FusedEncoder<Real>::embeddingBackward() {
  normBackward(weights_.embeddingNorm, embedded_.outputNormalized, embedded_.outputRstd, {plan_.tokens, nullptr},
               mask(DropoutSite::embeddings(), config_.hiddenDropout), {}, nullptr, nullptr);
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

template class FusedEncoder<float>;
template class FusedEncoder<Bf16>;

}  // namespace bornagain::fused
