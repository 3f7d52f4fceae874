#include "core/bert.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>

#include "core/activate.h"
#include "core/attention.h"
#include "core/error.h"

namespace bornagain {

namespace {

void validateConfig(const BertConfig& config) {
  const auto positive = [](int64_t value, const char* name) {
    if (value <= 0)
      throw Error("ERR_INVALID_ARGUMENT", std::string("BertConfig: ") + name + " must be positive, not " + std::to_string(value));
  };
  positive(config.vocabSize, "vocabSize");
  positive(config.hiddenSize, "hiddenSize");
  positive(config.layers, "layers");
  positive(config.heads, "heads");
  positive(config.intermediateSize, "intermediateSize");
  positive(config.maxPositions, "maxPositions");
  positive(config.typeVocabSize, "typeVocabSize");
  if (config.hiddenSize % config.heads != 0) {
    throw Error("ERR_INVALID_ARGUMENT",
                "BertConfig: hiddenSize " + std::to_string(config.hiddenSize) + " is no multiple of heads " + std::to_string(config.heads));
  }
  for (const double rate : {config.hiddenDropout, config.attentionDropout}) {
    if (!(rate >= 0 && rate < 1)) {
      throw Error("ERR_INVALID_ARGUMENT", "BertConfig: a dropout rate must be at least 0 and below 1, not " + std::to_string(rate));
    }
  }
}

// Asks `interrupt` when the gradient of `x` arrives, so that a backward pass stops between layers as well.
void checkOnBackward(const at::Tensor& x, const Interrupt* interrupt) {
  if (interrupt == nullptr || !x.requires_grad()) return;
  x.register_hook([interrupt](const at::Tensor&) { interrupt->check(); });
}

}  // namespace

Bert::Bert(const BertConfig& config, const at::TensorOptions& options) : config_(config) {
  validateConfig(config);
  const int64_t h = config.hiddenSize;
  wordEmbeddings_ = add("bert.embeddings.word_embeddings.weight", {config.vocabSize, h}, options);
  positionEmbeddings_ = add("bert.embeddings.position_embeddings.weight", {config.maxPositions, h}, options);
  typeEmbeddings_ = add("bert.embeddings.token_type_embeddings.weight", {config.typeVocabSize, h}, options);
  embeddingNorm_ = addNorm("bert.embeddings.LayerNorm", options);
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = "bert.encoder.layer." + std::to_string(i);
    EncoderLayer l;
    l.query = addLinear(layer + ".attention.self.query", h, h, options);
    l.key = addLinear(layer + ".attention.self.key", h, h, options);
    l.value = addLinear(layer + ".attention.self.value", h, h, options);
    l.attentionOutput = addLinear(layer + ".attention.output.dense", h, h, options);
    l.attentionNorm = addNorm(layer + ".attention.output.LayerNorm", options);
    l.intermediate = addLinear(layer + ".intermediate.dense", config.intermediateSize, h, options);
    l.output = addLinear(layer + ".output.dense", h, config.intermediateSize, options);
    l.outputNorm = addNorm(layer + ".output.LayerNorm", options);
    layers_.push_back(l);
  }
  pooler_ = addLinear("bert.pooler.dense", h, h, options);
}

Linear Bert::addLinear(const std::string& name, int64_t out, int64_t in, const at::TensorOptions& options) {
  const at::Tensor weight = add(name + ".weight", {out, in}, options);
  return {weight, add(name + ".bias", {out}, options)};
}

LayerNorm Bert::addNorm(const std::string& name, const at::TensorOptions& options) {
  const at::Tensor weight = add(name + ".weight", {config_.hiddenSize}, options, 1.0);
  return {weight, add(name + ".bias", {config_.hiddenSize}, options), config_.layerNormEpsilon};
}

Encoded Bert::forward(const TokenBatch& batch, const Dropout& dropout, const Interrupt* interrupt) const {
  validateTokens(batch, limits());
  const PackedTokens tokens = packTokens(batch, config_.heads, options());
  at::Tensor x = embed(tokens, dropout);
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    if (interrupt != nullptr) interrupt->check();
    checkOnBackward(x, interrupt);
    x = encode(x, layer, tokens, dropout);
  }
  return {x, pooler_(x.index_select(0, tokens.firstTokens)).tanh()};
}

at::Tensor Bert::embed(const PackedTokens& tokens, const Dropout& dropout) const {
  const at::Tensor sum = at::embedding(wordEmbeddings_, tokens.tokenIds)
                             .add(at::embedding(positionEmbeddings_, tokens.positionIds))
                             .add(at::embedding(typeEmbeddings_, tokens.typeIds));  // [T, h]
  return applyDropout(embeddingNorm_(sum), dropout, DropoutSite::embeddings(), tokens.tokenRows, config_.hiddenDropout);
}

at::Tensor Bert::encode(const at::Tensor& x, int64_t layer, const PackedTokens& tokens, const Dropout& dropout) const {
  const EncoderLayer& l = layers_[layer];
  // One GEMM instead of three; the checkpoint keeps the three matrices apart.
  const Linear qkv{at::cat({l.query.weight, l.key.weight, l.value.weight}), at::cat({l.query.bias, l.key.bias, l.value.bias})};
  const at::Tensor context = selfAttention(qkv(x), tokens, config_.heads, layer, dropout, config_.attentionDropout);  // [T, h]
  const at::Tensor attended =
      applyDropout(l.attentionOutput(context), dropout, DropoutSite::attentionOutput(layer), tokens.tokenRows, config_.hiddenDropout);
  const at::Tensor y = l.attentionNorm(attended.add(x));  // [T, h]
  const at::Tensor transformed = applyDropout(l.output(activate(config_.activation, l.intermediate(y))), dropout,
                                              DropoutSite::feedForwardOutput(layer), tokens.tokenRows, config_.hiddenDropout);
  return l.outputNorm(transformed.add(y));
}

}  // namespace bornagain
