// The encoder with forward and backward written out over packed tokens. `Real` is the type of what matrix products read and write (float or
// bfloat16); the residual stream, norm statistics, softmax and the gradients of the residual stream are fp32.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bert.h"
#include "core/engines/fused/first_attention.h"
#include "core/engines/fused/linear.h"
#include "core/engines/fused/plan.h"
#include "core/engines/fused/profiler.h"
#include "core/engines/fused/weights.h"
#include "core/kernels/parallel.h"

namespace bornagain::fused {

// What a layer's backward pass needs of its forward pass. R rows: T, or B in a last layer that computes [CLS] only.
template <typename Real>
struct LayerActivations {
  Buffer<Real> qkv;            // [T, 3h]
  Buffer<Real> firstQueries;   // [B, h] the queries of a last layer on [CLS]
  Buffer<Real> probabilities;  // every head of every sequence, as the plan lays them out
  Buffer<Real> context;        // [R, h]
  Buffer<Real> attendedNormalized;
  Buffer<float> attendedRstd;
  Buffer<Real> attended;    // [R, h] after the first norm
  Buffer<Real> derivative;  // [R, f] of the activation
  Buffer<Real> activated;   // [R, f]
  Buffer<Real> outputNormalized;
  Buffer<float> outputRstd;
  Buffer<Real> output;  // [R, h] after the second norm
};

template <typename Real>
class FusedEncoder {
 public:
  // Everything outlives the encoder. `firstTokensOnly`: the last layer computes its output at [CLS] alone, which is all that is read.
  FusedEncoder(const BertConfig& config, Weights<Real>& weights, const ElementwiseKernels<Real>& kernels, LinearBackend<Real>& linear,
               Profiler& profiler, bool firstTokensOnly);

  // First of all for each batch, which must be valid.
  void plan(const TokenBatch& batch, bool training);

  // The pooled vectors [B, h], which stay valid until the next call. The batch is the planned one and outlives `backward`.
  const float* forward(const TokenBatch& batch, const Dropout& dropout, bool training, const Interrupt& interrupt);

  // From the gradient of the pooled vectors [B, h] to the gradients of all the encoder's weights. After a forward call with `training`.
  void backward(const float* pooledGradient, const Interrupt& interrupt);

  [[nodiscard]] const BatchPlan& plan() const { return plan_; }

 private:
  // Where one layer computes: the rows of its output, and which tokens they are (null: all).
  struct LayerRows {
    int64_t count;
    const int32_t* tokens;
  };
  struct Hidden {
    float* wide;           // fp32, for the residual
    const Real* products;  // for the next product
  };

  [[nodiscard]] MaskSpec mask(DropoutSite site, double rate) const;
  [[nodiscard]] LayerRows rowsOf(int64_t layer) const;
  LayerActivations<Real>& activationsOf(int64_t layer);
  // Where a norm writes: fp32 to `shared` and rounded to `stored`, or fp32 to `stored` alone.
  template <typename Args>
  Hidden writeTo(Args& args, Buffer<Real>& stored, Buffer<float>& shared, int64_t rows);

  // body(range) for all rows, a task's at a time (LinearBackend::rowsAtOnce).
  template <typename Body>
  void overRows(int64_t rows, const Body& body) {
    parallelRows(rows, linear_.rowsAtOnce(rows), [&](RowRange range, int64_t) { body(range); });
  }

  Hidden embed(const TokenBatch& batch);
  // Makes room for what a layer writes.
  void reserve(int64_t layer);
  Hidden layerForward(int64_t layer, Hidden x);
  // Query, key and value of the rows; nothing where the layer computes [CLS] alone.
  void project(int64_t layer, const Real* x, RowRange range);
  struct AddAndNormalize {
    NormForward<Real> args;
    Hidden result;
  };
  AddAndNormalize addAndNormalize(const Real* sub, const float* residual, const int32_t* residualRows, LayerRows rows, DropoutSite site,
                                  const Norm& norm, Buffer<Real>& normalized, Buffer<float>& rstd, Buffer<Real>& stored,
                                  Buffer<float>& shared);
  void normalize(const NormForward<Real>& args, RowRange range) const;
  enum class Direction { kForward, kBackward };
  [[nodiscard]] AttentionTask<Real> attentionTask(int64_t layer, int64_t task, Direction direction);
  void attend(int64_t layer, Direction direction);
  // Where a layer computes [CLS] alone.
  void attendFirst(int64_t layer, Hidden x);
  void attendFirstBackward(int64_t layer);
  const float* pool(Hidden x);

  // A layer's norms on the way back, with room for their partial sums.
  struct LayerNorms {
    NormBackward<Real> output;
    NormBackward<Real> attention;
    float* outputSums;
    float* attentionSums;
  };
  void poolBackward(const float* pooledGradient);
  LayerNorms normsOf(int64_t layer);
  // From the gradient of a layer's output to that of its attention.
  void rowsBackward(int64_t layer, const LayerNorms& norms, RowRange range);
  void sumNorms(int64_t layer, const LayerNorms& norms);
  // From the gradients of query, key and value to that of the layer's input, and through all before it that is done row by row.
  void inputBackward(int64_t layer);
  void projectBackward(int64_t layer, RowRange range);
  void projectFirstBackward(int64_t layer);
  void weightGradients(int64_t layer);
  void embeddingBackward();
  [[nodiscard]] NormBackward<Real> normGradient(const Norm& norm, const Buffer<Real>& normalized, const Buffer<float>& rstd, LayerRows rows,
                                                MaskSpec outputMask, MaskSpec subMask, Real* subGradient) const;
  void normBackward(const NormBackward<Real>& args, RowRange range, float* sums) const;
  void sumNorm(Norm& norm, int64_t rows, const float* sums, float* subBiasGradient);
  void sumTableGradients(const RowUses& uses, Table& table);
  void sumTypeGradients();
  void gatherFirst(const Real* rows, Real* out) const;

  const BertConfig& config_;
  Weights<Real>& weights_;
  const ElementwiseKernels<Real>& kernels_;
  LinearBackend<Real>& linear_;
  Profiler& profiler_;
  const bool firstTokensOnly_;
  FirstAttentionPass<Real> firstAttention_;

  BatchPlan plan_;
  const TokenBatch* batch_ = nullptr;
  Dropout dropout_;
  bool training_ = false;

  LayerActivations<Real> embedded_;  // output, outputNormalized and outputRstd of the embeddings
  std::vector<LayerActivations<Real>> layers_;
  Buffer<float> hidden_;       // [T, h] the residual stream before and after a layer, where Real is not float
  Buffer<float> attended_;     // [T, h] the residual stream inside a layer
  Buffer<float> firstHidden_;  // [B, h] the residual stream after a last layer on [CLS]
  Buffer<Real> product_;       // [T, h] what a product hands to a norm
  Buffer<Real> first_;         // [B, h] rows of [CLS] before a last layer on them
  Buffer<Real> poolerInput_;   // [B, h]
  Buffer<Real> prePooled_;     // [B, h]
  Buffer<float> pooled_;       // [B, h]
  Buffer<float> attentionScratch_;

  Buffer<float> gradient_;           // [T, h] of the residual stream
  Buffer<float> sumGradient_;        // [T, h] of a norm's input
  Buffer<float> firstGradient_;      // [B, h] of the input at [CLS], from queries and residual
  Buffer<Real> outputGradient_;      // [T, h] of the feed-forward product
  Buffer<Real> attendedGradient_;    // [T, h] of the attention's product
  Buffer<Real> innerGradient_;       // [T, f]
  Buffer<Real> contextGradient_;     // [T, h]
  Buffer<Real> qkvGradient_;         // [T, 3h]
  Buffer<Real> firstQueryGradient_;  // [B, h]
  Buffer<float> partials_;
  std::vector<GradientOf<Real>> gradients_;
};

}  // namespace bornagain::fused
