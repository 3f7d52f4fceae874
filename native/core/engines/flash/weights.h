// The model's parameters as the flash engine multiplies with them, and where in the optimizer's list their gradients belong.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/adamw.h"
#include "core/batch.h"

namespace bornagain::flash {

// A tensor that products read: a parameter itself, or a copy of one or several stacked by rows, in the precision of products.
struct Stacked {
  at::Tensor values;
  std::vector<size_t> places;  // in the optimizer's list, in the order of the rows
};

struct Dense {
  Stacked weight;  // [out, in]
  Stacked bias;    // [out]
};

// Norms, embeddings and heads are used as they are, in fp32.
struct Norm {
  Stacked weight;  // [h]
  Stacked bias;    // [h]
};

struct HeadWeights {
  Stacked weight;  // [outputs, h]
  Stacked bias;    // [outputs]
};

struct LayerWeights {
  Dense qkv;  // [3h, h]: query, key, value
  Dense attentionOutput;
  Norm attentionNorm;
  Dense intermediate;
  Dense output;
  Norm outputNorm;
};

struct EmbeddingWeights {
  Stacked words;
  Stacked positions;
  Stacked types;
  Norm norm;
};

// Gradients, fp32, in the optimizer's order.
class Gradients {
 public:
  explicit Gradients(size_t parameters) : tensors_(parameters) {}

  // `gradient` has the rows of all parts.
  void set(const Stacked& stacked, const at::Tensor& gradient);
  // The gradient of rows begin .. begin + gradient's rows, which are whole parts.
  void setRows(const Stacked& stacked, int64_t begin, const at::Tensor& gradient);

  // Adds those of another batch, in place, or takes them over where there are none yet.
  void add(const Gradients& other);

  [[nodiscard]] const std::vector<at::Tensor>& all() const { return tensors_; }

 private:
  std::vector<at::Tensor> tensors_;
};

class Weights {
 public:
  // `optimizer` holds the parameters of `model`, in the session's order, and outlives this. `real` is the type of products.
  Weights(const Model& model, AdamW& optimizer, at::ScalarType real);

  EmbeddingWeights embeddings;
  std::vector<LayerWeights> layers;
  Dense pooler;
  std::vector<HeadWeights> heads;

  [[nodiscard]] size_t parameters() const { return optimizer_.parameters().size(); }
  [[nodiscard]] at::ScalarType real() const { return real_; }

  // Copies the parameters to where products read them.
  void refresh();
  // The same where a parameter was changed from outside since the engine's last step.
  void refreshChanged();
  // After a step: says to whoever kept a parameter for a backward pass of their own that it changed, and remembers that it was the engine.
  void markStepped();

 private:
  Stacked stack(const Module& module, const std::vector<std::string>& names, at::ScalarType type);
  Dense dense(const Module& module, const std::vector<std::string>& names);
  Norm norm(const Module& module, const std::string& name);
  void rememberVersions();

  AdamW& optimizer_;
  at::ScalarType real_;
  std::unordered_map<const at::TensorImpl*, size_t> places_;
  std::vector<at::Tensor> copies_;   // parts of `values` that are copies,
  std::vector<at::Tensor> sources_;  // and the parameters they are copies of
  std::vector<uint32_t> versions_;
};

}  // namespace bornagain::flash
