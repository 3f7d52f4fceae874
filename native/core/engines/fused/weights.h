// The model's parameters as the fused engine sees them: raw fp32 master values with their moments, gradients in buffers of its own, and the
// copies ("shadows") that matrix products read.
#pragma once

#include <cstdint>
#include <vector>

#include "core/adamw.h"
#include "core/batch.h"
#include "core/kernels/buffer.h"
#include "core/kernels/elementwise.h"

namespace bornagain::fused {

// One trained tensor. The optimizer owns the memory and outlives the engine.
struct Parameter {
  OptimizedParameter* optimized = nullptr;
  float* values = nullptr;
  float* first = nullptr;
  float* second = nullptr;
  int64_t size = 0;
};

// One or several parameters that a product takes as one, stacked by rows (query, key and value).
struct Stack {
  std::vector<Parameter> parts;
  int64_t columns = 1;

  [[nodiscard]] int64_t size() const;
  [[nodiscard]] int64_t rows() const { return size() / columns; }
};

struct Vector {
  Stack stack;
  Buffer<float> joined;  // only where the stack has several parts
  Buffer<float> gradient;

  [[nodiscard]] const float* values() const { return stack.parts.size() == 1 ? stack.parts[0].values : joined.get(); }
};

template <typename Real>
struct Matrix {
  Stack stack;  // [out, in]
  Buffer<Real> gradient;
  double gradientSquares = 0;
  // Copies that products read; which of them there are is the linear backend's business.
  Buffer<Real> shadow;  // row-major, where the master values themselves will not do
  Buffer<Real> packedForward;
  Buffer<Real> packedBackward;

  [[nodiscard]] const Real* values() const;
  [[nodiscard]] bool shadowed() const;
};

template <typename Real>
struct Dense {
  Matrix<Real> weight;
  Vector bias;
};

struct Norm {
  Vector weight;
  Vector bias;
};

template <typename Real>
struct LayerWeights {
  Dense<Real> qkv;  // [3h, h]
  Dense<Real> attentionOutput;
  Norm attentionNorm;
  Dense<Real> intermediate;
  Dense<Real> output;
  Norm outputNorm;
};

struct HeadWeights {
  Vector weight;  // [outputs, h]
  Vector bias;
};

// An embedding table; only the rows a batch uses have gradients, at `gradient` in the order of the plan's uses.
struct Table {
  Parameter parameter;
  int64_t columns = 0;
  Buffer<float> gradient;
};

template <typename Real>
struct Weights {
  // `optimizer` holds the parameters of `model`, in the session's order.
  Weights(const Model& model, AdamW& optimizer);

  Table words;
  Table positions;
  Table types;
  Norm embeddingNorm;
  std::vector<LayerWeights<Real>> layers;
  Dense<Real> pooler;
  std::vector<HeadWeights> heads;

  // Calls visit for every matrix, and for every vector outside the heads.
  template <typename Visit>
  void forEachMatrix(const Visit& visit);
  template <typename Visit>
  void forEachVector(const Visit& visit);
};

template <typename Real>
template <typename Visit>
void Weights<Real>::forEachMatrix(const Visit& visit) {
  for (auto& layer : layers) {
    for (auto* dense : {&layer.qkv, &layer.attentionOutput, &layer.intermediate, &layer.output}) visit(dense->weight);
  }
  visit(pooler.weight);
}

template <typename Real>
template <typename Visit>
void Weights<Real>::forEachVector(const Visit& visit) {
  visit(embeddingNorm.weight);
  visit(embeddingNorm.bias);
  for (auto& layer : layers) {
    for (auto* dense : {&layer.qkv, &layer.attentionOutput, &layer.intermediate, &layer.output}) visit(dense->bias);
    for (auto* norm : {&layer.attentionNorm, &layer.outputNorm}) {
      visit(norm->weight);
      visit(norm->bias);
    }
  }
  visit(pooler.bias);
}

}  // namespace bornagain::fused
