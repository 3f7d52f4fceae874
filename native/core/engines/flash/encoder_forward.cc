#include <ATen/ops/embedding.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/native_dropout.h>
#include <ATen/ops/native_layer_norm.h>

#include <tuple>
#include <utility>

#include "core/activate.h"
#include "core/engines/flash/encoder.h"

namespace bornagain::flash {

Encoder::Encoder(const BertConfig& config, const Weights& weights, const at::Device& device, bool firstTokensOnly)
    : config_(config),
      weights_(weights),
      attention_(attentionFor(device, weights.real(), config.hiddenSize / config.heads)),
      firstTokensOnly_(firstTokensOnly),
      layers_(config.layers) {}

at::Tensor Encoder::forward(const DeviceBatch& batch, bool training, const Interrupt& interrupt) {
  training_ = training;
  embed(batch);
  Normed* below = &embedded_;
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    interrupt.check();
    layerForward(batch, layer, *below);
    if (!training) keepOutputOnly(layer, *below);
    below = &layers_[layer].output;
  }
  pooledRows_ = firstTokensOnly_ ? below->operand : below->operand.index_select(0, batch.firstTokens);
  pooled_ = at::linear(pooledRows_, weights_.pooler.weight.values, weights_.pooler.bias.values).to(at::kFloat).tanh();
  return pooled_;
}

// Without a backward pass nothing else of a layer, nor of what is below it, is needed any more.
void Encoder::keepOutputOnly(int64_t layer, Normed& below) {
  below = {};
  Normed output = std::move(layers_[layer].output);
  layers_[layer] = {};
  layers_[layer].output = std::move(output);
}

void Encoder::forget() {
  embedded_ = {};
  for (LayerActivations& layer : layers_) layer = {};
  pooledRows_.reset();
  pooled_.reset();
}

void Encoder::embed(const DeviceBatch& batch) {
  const EmbeddingWeights& w = weights_.embeddings;
  Normed& e = embedded_ = {};
  e.sum = at::embedding(w.words.values, batch.tokenIds)
              .add_(at::embedding(w.positions.values, batch.positions))
              .add_(at::embedding(w.types.values, batch.typeIds));  // [T, h]
  std::tie(e.output, e.mean, e.rstd) =
      at::native_layer_norm(e.sum, {config_.hiddenSize}, w.norm.weight.values, w.norm.bias.values, config_.layerNormEpsilon);
  if (rate(config_.hiddenDropout) > 0) std::tie(e.output, e.kept) = at::native_dropout(e.output, config_.hiddenDropout, true);
  e.operand = e.output.to(weights_.real());
}

void Encoder::layerForward(const DeviceBatch& batch, int64_t layer, Normed& below) {
  const LayerWeights& w = weights_.layers[layer];
  LayerActivations& a = layers_[layer];
  a.input = below.operand;
  project(batch, layer);
  a.attention = attention_.forward(a.qkv, a.layout, rate(config_.attentionDropout));
  const at::Tensor residual = firstTokensIn(layer) ? below.output.index_select(0, batch.firstTokens) : below.output;
  below.output.reset();
  a.attended = normed(at::linear(a.attention.context.flatten(1), w.attentionOutput.weight.values, w.attentionOutput.bias.values), residual,
                      w.attentionNorm);
  a.intermediate = at::linear(a.attended.operand, w.intermediate.weight.values, w.intermediate.bias.values);  // [R, f]
  a.activated = activate(config_.activation, a.intermediate);
  a.output = normed(at::linear(a.activated, w.output.weight.values, w.output.bias.values), a.attended.output, w.outputNorm);
  a.attended.output.reset();
}

// Query, key and value: one product, or in a last layer that is read at first tokens alone one for their queries and one for all keys.
void Encoder::project(const DeviceBatch& batch, int64_t layer) {
  const Dense& w = weights_.layers[layer].qkv;
  LayerActivations& a = layers_[layer];
  const int64_t h = config_.hiddenSize;
  const auto product = [&](const at::Tensor& x, int64_t begin, int64_t rows) {
    return at::linear(x, w.weight.values.narrow(0, begin, rows), w.bias.values.narrow(0, begin, rows));
  };
  if (firstTokensIn(layer)) {
    a.rows = a.input.index_select(0, batch.firstTokens);
    const at::Tensor keyValue = product(a.input, h, 2 * h);  // [T, 2h]
    a.qkv = {heads(product(a.rows, 0, h)), heads(keyValue.narrow(1, 0, h)), heads(keyValue.narrow(1, h, h))};
    a.layout = {batch.firstOffsets, batch.tokenOffsets, 1, batch.shape.maxLength};
    return;
  }
  a.rows = a.input;
  const at::Tensor qkv = product(a.input, 0, 3 * h);  // [T, 3h]
  a.qkv = {heads(qkv.narrow(1, 0, h)), heads(qkv.narrow(1, h, h)), heads(qkv.narrow(1, 2 * h, h))};
  a.layout = {batch.tokenOffsets, batch.tokenOffsets, batch.shape.maxLength, batch.shape.maxLength};
}

Encoder::Normed Encoder::normed(at::Tensor values, const at::Tensor& residual, const Norm& norm) const {
  Normed result;
  if (rate(config_.hiddenDropout) > 0) std::tie(values, result.kept) = at::native_dropout(values, config_.hiddenDropout, true);
  result.sum = residual.add(values);
  std::tie(result.output, result.mean, result.rstd) =
      at::native_layer_norm(result.sum, {config_.hiddenSize}, norm.weight.values, norm.bias.values, config_.layerNormEpsilon);
  result.operand = result.output.to(weights_.real());
  return result;
}

}  // namespace bornagain::flash
