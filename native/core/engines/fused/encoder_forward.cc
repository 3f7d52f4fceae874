#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/dropout_hash.h"
#include "core/engines/fused/encoder.h"

namespace bornagain::fused {

namespace {

// Rows of one task of a norm where one norm uses all threads; tasks of `overRows` begin at multiples of it.
constexpr int64_t kNormRows = 24;

}  // namespace

template <typename Real>
FusedEncoder<Real>::FusedEncoder(const BertConfig& config, Weights<Real>& weights, const ElementwiseKernels<Real>& kernels,
                                 LinearBackend<Real>& linear, Profiler& profiler, bool firstTokensOnly)
    : config_(config),
      weights_(weights),
      kernels_(kernels),
      linear_(linear),
      profiler_(profiler),
      firstTokensOnly_(firstTokensOnly),
      firstAttention_(config, kernels) {
  layers_.resize(static_cast<size_t>(config.layers));
}

template <typename Real>
MaskSpec FusedEncoder<Real>::mask(DropoutSite site, double rate) const {
  if (!dropout_ || rate == 0) return {};
  return {dropoutSiteKey(dropout_->seed, dropout_->step, site.id()), dropoutThreshold(rate), static_cast<float>(1.0 / (1.0 - rate))};
}

template <typename Real>
typename FusedEncoder<Real>::LayerRows FusedEncoder<Real>::rowsOf(int64_t layer) const {
  if (firstTokensOnly_ && layer == config_.layers - 1) return {plan_.sequences, plan_.firstTokens.data()};
  return {plan_.tokens, nullptr};
}

// In evaluation two layers' worth of memory is enough: one is read, the other written.
template <typename Real>
LayerActivations<Real>& FusedEncoder<Real>::activationsOf(int64_t layer) {
  return layers_[training_ ? layer : layer % 2];
}

template <typename Real>
template <typename Args>
typename FusedEncoder<Real>::Hidden FusedEncoder<Real>::writeTo(Args& args, Buffer<Real>& stored, Buffer<float>& shared, int64_t rows) {
  Real* own = stored.ensure(rows * config_.hiddenSize);
  if constexpr (std::is_same_v<Real, float>) {
    args.output = own;
    args.rounded = nullptr;
  } else {
    args.output = shared.ensure(rows * config_.hiddenSize);
    args.rounded = own;
  }
  return {args.output, own};
}

template <typename Real>
void FusedEncoder<Real>::plan(const TokenBatch& batch, bool training) {
  plan_.build(batch, training);
}

template <typename Real>
const float* FusedEncoder<Real>::forward(const TokenBatch& batch, const Dropout& dropout, bool training, const Interrupt& interrupt) {
  batch_ = &batch;
  dropout_ = dropout;
  training_ = training;
  Hidden x = embed(batch);
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    interrupt.check();
    x = layerForward(layer, x);
  }
  return pool(x);
}

template <typename Real>
typename FusedEncoder<Real>::Hidden FusedEncoder<Real>::embed(const TokenBatch& batch) {
  const Section section(profiler_, "embeddings forward");
  const int64_t h = config_.hiddenSize;
  EmbeddingForward<Real> args{};
  args.columns = h;
  args.tokenIds = batch.tokenIds.data();
  args.positions = plan_.positions.data();
  args.typeIds = batch.typeIds.data();
  args.words = weights_.words.parameter.values;
  args.positionTable = weights_.positions.parameter.values;
  args.typeTable = weights_.types.parameter.values;
  args.mask = mask(DropoutSite::embeddings(), config_.hiddenDropout);
  args.weight = weights_.embeddingNorm.weight.values();
  args.bias = weights_.embeddingNorm.bias.values();
  args.epsilon = static_cast<float>(config_.layerNormEpsilon);
  args.normalized = training_ ? embedded_.outputNormalized.ensure(plan_.tokens * h) : nullptr;
  args.rstd = training_ ? embedded_.outputRstd.ensure(plan_.tokens) : nullptr;
  const Hidden x = writeTo(args, embedded_.output, hidden_, plan_.tokens);
  reserve(0);
  overRows(plan_.tokens, [&](RowRange rows) {
    parallelRows(rows, kNormRows, [&](RowRange range, int64_t) { kernels_.embeddingForward(args, range); });
    project(0, x.products, rows);
  });
  return x;
}

template <typename Real>
void FusedEncoder<Real>::reserve(int64_t layer) {
  const int64_t h = config_.hiddenSize, f = config_.intermediateSize;
  auto& a = activationsOf(layer);
  const LayerRows rows = rowsOf(layer);
  if (rows.tokens != nullptr) {
    a.firstQueries.ensure(plan_.sequences * h);
  } else {
    a.qkv.ensure(plan_.tokens * 3 * h);
    if (training_) a.probabilities.ensure(plan_.probabilities * config_.heads);
  }
  a.context.ensure(rows.count * h);
  a.activated.ensure(rows.count * f);
  a.derivative.ensure(rows.count * f);
}

// All but attention is done row by row, so a task takes its rows from one layer's attention to the next one's.
template <typename Real>
typename FusedEncoder<Real>::Hidden FusedEncoder<Real>::layerForward(int64_t layer, Hidden x) {
  const int64_t h = config_.hiddenSize, f = config_.intermediateSize, next = layer + 1;
  auto& w = weights_.layers[layer];
  auto& a = activationsOf(layer);
  const LayerRows rows = rowsOf(layer);
  const bool firstOnly = rows.tokens != nullptr;
  if (firstOnly) {
    attendFirst(layer, x);
  } else {
    attend(layer, Direction::kForward);
  }
  Real* product = product_.ensure(rows.count * h);
  const auto attended = addAndNormalize(product, x.wide, rows.tokens, rows, DropoutSite::attentionOutput(layer), w.attentionNorm,
                                        a.attendedNormalized, a.attendedRstd, a.attended, attended_);
  // Rows of [CLS] move up, so they must not take the place of tokens that another task still reads.
  const auto output = addAndNormalize(product, attended.result.wide, nullptr, rows, DropoutSite::feedForwardOutput(layer), w.outputNorm,
                                      a.outputNormalized, a.outputRstd, a.output, firstOnly ? firstHidden_ : hidden_);
  if (next < config_.layers) reserve(next);
  const Section section(profiler_, "rows forward");
  overRows(rows.count, [&](RowRange range) {
    linear_.forward(range, {a.context.get(), h}, Slice(w.attentionOutput), {product, h});
    normalize(attended.args, range);
    linear_.forwardActivated(range, {attended.result.products, h}, Slice(w.intermediate), config_.activation, training_, a.activated.get(),
                             a.derivative.get());
    linear_.forward(range, {a.activated.get(), f}, Slice(w.output), {product, h});
    normalize(output.args, range);
    if (next < config_.layers) project(next, output.result.products, range);
  });
  return output.result;
}

template <typename Real>
void FusedEncoder<Real>::project(int64_t layer, const Real* x, RowRange range) {
  if (rowsOf(layer).tokens != nullptr) return;
  const int64_t h = config_.hiddenSize;
  linear_.forward(range, {x, h}, Slice(weights_.layers[layer].qkv), {activationsOf(layer).qkv.get(), 3 * h});
}

template <typename Real>
void FusedEncoder<Real>::attendFirst(int64_t layer, Hidden x) {
  const Section section(profiler_, "attention forward");
  const int64_t h = config_.hiddenSize;
  auto& qkv = weights_.layers[layer].qkv;
  auto& a = activationsOf(layer);
  Real* first = first_.ensure(plan_.sequences * h);
  gatherFirst(x.products, first);
  linear_.forward({0, plan_.sequences}, {first, h}, Slice(qkv, 0, h), {a.firstQueries.get(), h});
  firstAttention_.forward(qkv, plan_, x.wide, a.firstQueries.get(),
                          mask(DropoutSite::attentionProbabilities(layer), config_.attentionDropout), training_, a.context.get());
}

template <typename Real>
typename FusedEncoder<Real>::AddAndNormalize FusedEncoder<Real>::addAndNormalize(const Real* sub, const float* residual,
                                                                                 const int32_t* residualRows, LayerRows rows,
                                                                                 DropoutSite site, const Norm& norm,
                                                                                 Buffer<Real>& normalized, Buffer<float>& rstd,
                                                                                 Buffer<Real>& stored, Buffer<float>& shared) {
  NormForward<Real> args{};
  args.columns = config_.hiddenSize;
  args.sub = sub;
  args.residual = residual;
  args.residualRows = residualRows;
  args.mask = mask(site, config_.hiddenDropout);
  args.maskRows = rows.tokens;
  args.weight = norm.weight.values();
  args.bias = norm.bias.values();
  args.epsilon = static_cast<float>(config_.layerNormEpsilon);
  args.normalized = training_ ? normalized.ensure(rows.count * config_.hiddenSize) : nullptr;
  args.rstd = training_ ? rstd.ensure(rows.count) : nullptr;
  const Hidden result = writeTo(args, stored, shared, rows.count);
  return {args, result};
}

template <typename Real>
void FusedEncoder<Real>::normalize(const NormForward<Real>& args, RowRange rows) const {
  parallelRows(rows, kNormRows, [&](RowRange range, int64_t) { kernels_.normForward(args, range); });
}

template <typename Real>
AttentionTask<Real> FusedEncoder<Real>::attentionTask(int64_t layer, int64_t task, Direction direction) {
  const int64_t h = config_.hiddenSize, heads = config_.heads;
  const int64_t b = plan_.longestFirst[task / heads], head = task % heads;
  const int64_t first = plan_.firstTokens[b];
  auto& a = activationsOf(layer);
  AttentionTask<Real> t{};
  t.length = plan_.lengths[b];
  t.headSize = h / heads;
  const int64_t column = head * t.headSize;
  t.query = a.qkv.get() + first * 3 * h + column;
  t.key = t.query + h;
  t.value = t.key + h;
  t.ld = 3 * h;
  const int64_t probabilities = plan_.probabilityOffsets[b] * heads + head * t.length * probabilityLd(t.length);
  t.probabilities = training_ ? a.probabilities.get() + probabilities : nullptr;
  t.context = a.context.get() + first * h + column;
  t.contextLd = h;
  t.mask = mask(DropoutSite::attentionProbabilities(layer), config_.attentionDropout);
  t.firstCounter = first * heads + head;
  t.counterStep = heads;
  if (direction == Direction::kForward) return t;
  t.contextGradient = contextGradient_.get() + first * h + column;
  t.queryGradient = qkvGradient_.get() + first * 3 * h + column;
  t.keyGradient = t.queryGradient + h;
  t.valueGradient = t.keyGradient + h;
  return t;
}

template <typename Real>
void FusedEncoder<Real>::attend(int64_t layer, Direction direction) {
  const Section section(profiler_, direction == Direction::kForward ? "attention forward" : "attention backward");
  const auto kernel = direction == Direction::kForward ? kernels_.attentionForward : kernels_.attentionBackward;
  const int64_t size = kernels_.attentionScratch(plan_.maxLength, config_.hiddenSize / config_.heads);
  float* scratch = attentionScratch_.ensure(size * maxThreads());
  parallelTasks(plan_.sequences * config_.heads,
                [&](int64_t task, int thread) { kernel(attentionTask(layer, task, direction), scratch + thread * size); });
}

template <typename Real>
const float* FusedEncoder<Real>::pool(Hidden x) {
  const Section section(profiler_, "pooler");
  const int64_t h = config_.hiddenSize, n = plan_.sequences * h;
  Real* first = poolerInput_.ensure(n);
  if (rowsOf(config_.layers - 1).tokens != nullptr) {
    std::memcpy(first, x.products, static_cast<size_t>(n) * sizeof(Real));
  } else {
    gatherFirst(x.products, first);
  }
  Real* preActivation = prePooled_.ensure(n);
  linear_.forward({0, plan_.sequences}, {first, h}, Slice(weights_.pooler), {preActivation, h});
  float* pooled = pooled_.ensure(n);
  kernels_.tanh(preActivation, pooled, {0, n});
  return pooled;
}

template <typename Real>
void FusedEncoder<Real>::gatherFirst(const Real* rows, Real* out) const {
  const int64_t h = config_.hiddenSize;
  for (int64_t b = 0; b < plan_.sequences; ++b) {
    std::memcpy(out + b * h, rows + plan_.firstTokens[b] * h, static_cast<size_t>(h) * sizeof(Real));
  }
}

template class FusedEncoder<float>;
template class FusedEncoder<Bf16>;

}  // namespace bornagain::fused
