#include <ATen/ops/cat.h>
#include <ATen/ops/embedding_dense_backward.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/native_dropout_backward.h>
#include <ATen/ops/native_layer_norm_backward.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold_backward.h>
#include <ATen/ops/zeros.h>

#include <tuple>

#include "core/engines/flash/encoder.h"
#include "core/error.h"

namespace bornagain::flash {

// On CUDA the product itself writes fp32; elsewhere bf16 operands are widened first, to the same effect.
at::Tensor productInFp32(const at::Tensor& a, const at::Tensor& b) {
  if (a.is_cuda() && a.scalar_type() != at::kFloat) return at::mm(a, b, at::kFloat);
  return at::mm(a.to(at::kFloat), b.to(at::kFloat));
}

at::Tensor weightGradient(const at::Tensor& gradient, const at::Tensor& input) { return productInFp32(gradient.t(), input); }

at::Tensor biasGradient(const at::Tensor& gradient) { return at::sum(gradient, {0}, false, at::kFloat); }

namespace {

void setGradients(const Dense& dense, const at::Tensor& gradient, const at::Tensor& input, Gradients& gradients) {
  gradients.set(dense.weight, weightGradient(gradient, input));
  gradients.set(dense.bias, biasGradient(gradient));
}

}  // namespace

void Encoder::backward(const DeviceBatch& batch, const at::Tensor& gradient, Gradients& gradients, const Interrupt& interrupt) {
  const at::Tensor inner = at::tanh_backward(gradient, pooled_).to(weights_.real());
  setGradients(weights_.pooler, inner, pooledRows_, gradients);
  at::Tensor x = productInFp32(inner, weights_.pooler.weight.values);
  if (!firstTokensOnly_) x = at::zeros({batch.shape.tokens, config_.hiddenSize}, x.options()).index_add_(0, batch.firstTokens, x);
  for (int64_t layer = config_.layers - 1; layer >= 0; --layer) {
    interrupt.check();
    x = layerBackward(batch, layer, x, gradients);
    layers_[layer] = {};
  }
  embedBackward(batch, x, gradients);
}

at::Tensor Encoder::layerBackward(const DeviceBatch& batch, int64_t layer, const at::Tensor& gradient, Gradients& gradients) const {
  const LayerWeights& w = weights_.layers[layer];
  const LayerActivations& a = layers_[layer];
  at::Tensor inner;
  at::Tensor residual = normedBackward(a.output, w.outputNorm, gradient, inner, gradients);
  setGradients(w.output, inner, a.activated, gradients);
  const at::Tensor intermediate = activateBackward(at::mm(inner, w.output.weight.values), a);
  setGradients(w.intermediate, intermediate, a.attended.operand, gradients);
  const at::Tensor attended = productInFp32(intermediate, w.intermediate.weight.values).add_(residual);
  residual = normedBackward(a.attended, w.attentionNorm, attended, inner, gradients);
  setGradients(w.attentionOutput, inner, a.attention.context.flatten(1), gradients);
  const at::Tensor context = heads(at::mm(inner, w.attentionOutput.weight.values));
  return projectBackward(batch, layer, attention_.backward(context, a.qkv, a.attention, a.layout, rate(config_.attentionDropout)), residual,
                         gradients);
}

at::Tensor Encoder::projectBackward(const DeviceBatch& batch, int64_t layer, const QueryKeyValue& gradient, const at::Tensor& residual,
                                    Gradients& gradients) const {
  const Dense& w = weights_.layers[layer].qkv;
  const LayerActivations& a = layers_[layer];
  const int64_t h = config_.hiddenSize;
  const at::Tensor query = gradient.query.flatten(1), key = gradient.key.flatten(1), value = gradient.value.flatten(1);
  if (!firstTokensIn(layer)) {
    const at::Tensor qkv = at::cat({query, key, value}, 1);  // [T, 3h]
    setGradients(w, qkv, a.input, gradients);
    return productInFp32(qkv, w.weight.values).add_(residual);
  }
  const at::Tensor keyValue = at::cat({key, value}, 1);  // [T, 2h]
  gradients.setRows(w.weight, 0, weightGradient(query, a.rows));
  gradients.setRows(w.bias, 0, biasGradient(query));
  gradients.setRows(w.weight, h, weightGradient(keyValue, a.input));
  gradients.setRows(w.bias, h, biasGradient(keyValue));
  // First tokens are different rows, so the order of additions does not matter.
  return productInFp32(keyValue, w.weight.values.narrow(0, h, 2 * h))
      .index_add_(0, batch.firstTokens, productInFp32(query, w.weight.values.narrow(0, 0, h)).add_(residual));
}

at::Tensor Encoder::normedBackward(const Normed& normed, const Norm& norm, const at::Tensor& gradient, at::Tensor& inner,
                                   Gradients& gradients) const {
  const auto [sum, weight, bias] = at::native_layer_norm_backward(gradient, normed.sum, {config_.hiddenSize}, normed.mean, normed.rstd,
                                                                  norm.weight.values, norm.bias.values, {true, true, true});
  gradients.set(norm.weight, weight);
  gradients.set(norm.bias, bias);
  inner = sum.to(weights_.real());
  if (normed.kept.defined()) inner = at::native_dropout_backward(inner, normed.kept, 1 / (1 - config_.hiddenDropout));
  return sum;
}

at::Tensor Encoder::activateBackward(const at::Tensor& gradient, const LayerActivations& a) const {
  switch (config_.activation) {
    case Activation::kGelu:
      return at::gelu_backward(gradient, a.intermediate);
    case Activation::kGeluTanh:
      return at::gelu_backward(gradient, a.intermediate, "tanh");
    case Activation::kRelu:
      return at::threshold_backward(gradient, a.activated, 0);
  }
  throw Error("ERR_INVALID_ARGUMENT", "BertConfig: unknown activation");
}

// Dropout comes after this norm, not before it.
void Encoder::embedBackward(const DeviceBatch& batch, at::Tensor gradient, Gradients& gradients) const {
  const EmbeddingWeights& w = weights_.embeddings;
  if (embedded_.kept.defined()) gradient = at::native_dropout_backward(gradient, embedded_.kept, 1 / (1 - config_.hiddenDropout));
  const auto [sum, weight, bias] =
      at::native_layer_norm_backward(gradient, embedded_.sum, {config_.hiddenSize}, embedded_.mean, embedded_.rstd, w.norm.weight.values,
                                     w.norm.bias.values, {true, true, true});
  gradients.set(w.norm.weight, weight);
  gradients.set(w.norm.bias, bias);
  const auto table = [&gradients, &rows = sum](const Stacked& stacked, const at::Tensor& ids) {
    gradients.set(stacked, at::embedding_dense_backward(rows, ids, stacked.values.size(0), /*padding_idx=*/-1, false));
  };
  table(w.words, batch.tokenIds);
  table(w.positions, batch.positions);
  table(w.types, batch.typeIds);
}

}  // namespace bornagain::flash
