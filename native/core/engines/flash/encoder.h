// The encoder's forward and backward pass, written out in LibTorch's operations over packed tokens: no autograd, nothing that waits for the
// device, and shapes that depend on the batch's shape alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/bert.h"
#include "core/engines/flash/attention.h"
#include "core/engines/flash/staging.h"
#include "core/engines/flash/weights.h"

namespace bornagain::flash {

class Encoder {
 public:
  // `weights` outlives the encoder.
  Encoder(const BertConfig& config, const Weights& weights, const at::Device& device, bool firstTokensOnly);

  // Returns the pooled vectors [B, h] in fp32. `training`: with dropout, from LibTorch's generator of the device.
  at::Tensor forward(const DeviceBatch& batch, bool training, const Interrupt& interrupt);

  // From the gradient of the last forward pass's result, [B, h] in fp32.
  void backward(const DeviceBatch& batch, const at::Tensor& gradient, Gradients& gradients, const Interrupt& interrupt);

  // Lets go of what the forward pass kept for the backward one.
  void forget();

 private:
  // The residual stream, its norms and its gradients are fp32; products read a copy in their own precision.
  struct Normed {
    at::Tensor kept;  // what dropout kept; undefined without dropout
    at::Tensor sum;   // input of the norm
    at::Tensor mean;
    at::Tensor rstd;
    at::Tensor output;   // of the norm, until it was added
    at::Tensor operand;  // the same for products
  };
  struct LayerActivations {
    at::Tensor input;  // [T, h] operand
    at::Tensor rows;   // [R, h] of it: those that the layer computes its output for
    QueryKeyValue qkv;
    AttentionLayout layout;
    AttentionResult attention;
    Normed attended;
    at::Tensor intermediate;  // before the activation
    at::Tensor activated;
    Normed output;
  };

  [[nodiscard]] bool firstTokensIn(int64_t layer) const { return firstTokensOnly_ && layer + 1 == config_.layers; }
  [[nodiscard]] double rate(double configured) const { return training_ ? configured : 0; }
  [[nodiscard]] at::Tensor heads(const at::Tensor& rows) const { return rows.unflatten(1, {-1, config_.hiddenSize / config_.heads}); }

  void embed(const DeviceBatch& batch);
  // `below`: the layer's input.
  void layerForward(const DeviceBatch& batch, int64_t layer, Normed& below);
  void project(const DeviceBatch& batch, int64_t layer);
  void keepOutputOnly(int64_t layer, Normed& below);
  // norm(dropout(values) + residual)
  [[nodiscard]] Normed normed(at::Tensor values, const at::Tensor& residual, const Norm& norm) const;

  // Gradients, fp32, of the layer's output [R, h] to those of its input [T, h].
  [[nodiscard]] at::Tensor layerBackward(const DeviceBatch& batch, int64_t layer, const at::Tensor& gradient, Gradients& gradients) const;
  [[nodiscard]] at::Tensor projectBackward(const DeviceBatch& batch, int64_t layer, const QueryKeyValue& gradient,
                                           const at::Tensor& residual, Gradients& gradients) const;
  // Returns the residual's gradient; that of the values which dropout went over is left in `inner`, in the precision of products.
  [[nodiscard]] at::Tensor normedBackward(const Normed& normed, const Norm& norm, const at::Tensor& gradient, at::Tensor& inner,
                                          Gradients& gradients) const;
  [[nodiscard]] at::Tensor activateBackward(const at::Tensor& gradient, const LayerActivations& a) const;
  void embedBackward(const DeviceBatch& batch, at::Tensor gradient, Gradients& gradients) const;

  BertConfig config_;
  const Weights& weights_;
  const Attention& attention_;
  bool firstTokensOnly_;
  bool training_ = false;
  Normed embedded_;
  std::vector<LayerActivations> layers_;
  at::Tensor pooledRows_;  // [B, h] input of the pooler
  at::Tensor pooled_;      // [B, h] fp32
};

// a · b in fp32, of operands in the precision of products.
at::Tensor productInFp32(const at::Tensor& a, const at::Tensor& b);
// Gradients of weight and bias of y = x · weightᵀ + bias, in fp32.
at::Tensor weightGradient(const at::Tensor& gradient, const at::Tensor& input);
at::Tensor biasGradient(const at::Tensor& gradient);

}  // namespace bornagain::flash
