// The BERT encoder (Devlin et al. 2019) over packed tokens, written with LibTorch's operations and autograd. This is the definition that
// every faster engine is held to.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/activation.h"
#include "core/dropout.h"
#include "core/module.h"
#include "core/packed.h"

namespace bornagain {

struct BertConfig {
  int64_t vocabSize;
  int64_t hiddenSize;
  int64_t layers;
  int64_t heads;
  int64_t intermediateSize;
  int64_t maxPositions;
  int64_t typeVocabSize;
  double layerNormEpsilon;
  Activation activation;
  double hiddenDropout;
  double attentionDropout;
};

struct EncoderLayer {
  Linear query;            // [h, h]
  Linear key;              // [h, h]
  Linear value;            // [h, h]
  Linear attentionOutput;  // [h, h]
  LayerNorm attentionNorm;
  Linear intermediate;  // [f, h]
  Linear output;        // [h, f]
  LayerNorm outputNorm;
};

struct Encoded {
  at::Tensor hiddenStates;  // [T, h]
  at::Tensor pooled;        // [B, h]
};

class Bert : public Module {
 public:
  // Parameter names are BertModel's with the prefix `bert.`, as in every task model's checkpoint. Throws ERR_INVALID_ARGUMENT for
  // sizes that do not make a model.
  Bert(const BertConfig& config, const at::TensorOptions& options);

  [[nodiscard]] const BertConfig& config() const { return config_; }
  [[nodiscard]] TokenLimits limits() const { return {config_.vocabSize, config_.maxPositions, config_.typeVocabSize}; }

  // Validates the batch against the model. `interrupt` (may be null) is asked before every layer, forward and backward.
  [[nodiscard]] Encoded forward(const TokenBatch& batch, const Dropout& dropout, const Interrupt* interrupt = nullptr) const;

 private:
  [[nodiscard]] at::Tensor embed(const PackedTokens& tokens, const Dropout& dropout) const;
  [[nodiscard]] at::Tensor encode(const at::Tensor& x, int64_t layer, const PackedTokens& tokens, const Dropout& dropout) const;
  Linear addLinear(const std::string& name, int64_t out, int64_t in, const at::TensorOptions& options);
  LayerNorm addNorm(const std::string& name, const at::TensorOptions& options);

  BertConfig config_;
  at::Tensor wordEmbeddings_;      // [vocab, h]
  at::Tensor positionEmbeddings_;  // [positions, h]
  at::Tensor typeEmbeddings_;      // [types, h]
  LayerNorm embeddingNorm_;
  std::vector<EncoderLayer> layers_;
  Linear pooler_;  // [h, h]
};

}  // namespace bornagain
