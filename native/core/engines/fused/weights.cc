#include "core/engines/fused/weights.h"

#include <numeric>
#include <string>
#include <type_traits>
#include <unordered_map>

namespace bornagain::fused {

int64_t Stack::size() const {
  return std::accumulate(parts.begin(), parts.end(), int64_t{0}, [](int64_t sum, const Parameter& part) { return sum + part.size; });
}

template <typename Real>
bool Matrix<Real>::shadowed() const {
  return !std::is_same_v<Real, float> || stack.parts.size() > 1;
}

template <typename Real>
const Real* Matrix<Real>::values() const {
  if constexpr (std::is_same_v<Real, float>) {
    if (!shadowed()) return stack.parts[0].values;
  }
  return shadow.get();
}

namespace {

// Finds the optimizer's entry of a module's parameter by name.
class Finder {
 public:
  Finder(const Model& model, AdamW& optimizer) : model_(model) {
    for (auto& entry : optimizer.parameters()) entries_[entry.tensor.unsafeGetTensorImpl()] = &entry;
  }

  [[nodiscard]] Parameter parameter(const Module& module, const std::string& name) const {
    OptimizedParameter* entry = entries_.at(module.parameter(name).unsafeGetTensorImpl());
    return {entry, entry->tensor.data_ptr<float>(), entry->firstMoment.data_ptr<float>(), entry->secondMoment.data_ptr<float>(),
            entry->tensor.numel()};
  }

  [[nodiscard]] Vector vector(const Module& module, const std::vector<std::string>& names) const {
    Vector result;
    for (const auto& name : names) result.stack.parts.push_back(parameter(module, name));
    if (names.size() > 1) result.joined.ensure(result.stack.size());
    result.gradient.ensure(result.stack.size());
    return result;
  }

  template <typename Real>
  [[nodiscard]] Dense<Real> dense(const std::vector<std::string>& names) const {
    Dense<Real> result;
    std::vector<std::string> biases;
    for (const auto& name : names) {
      result.weight.stack.parts.push_back(parameter(*model_.encoder, name + ".weight"));
      biases.push_back(name + ".bias");
    }
    result.weight.stack.columns = model_.encoder->parameter(names[0] + ".weight").size(1);
    result.weight.gradient.ensure(result.weight.stack.size());
    result.bias = vector(*model_.encoder, biases);
    return result;
  }

  [[nodiscard]] Norm norm(const std::string& name) const {
    return {vector(*model_.encoder, {name + ".weight"}), vector(*model_.encoder, {name + ".bias"})};
  }

  [[nodiscard]] Table table(const std::string& name) const {
    const std::string full = "bert.embeddings." + name + "_embeddings.weight";
    return {parameter(*model_.encoder, full), model_.encoder->parameter(full).size(1), {}};
  }

 private:
  const Model& model_;
  std::unordered_map<const at::TensorImpl*, OptimizedParameter*> entries_;
};

}  // namespace

template <typename Real>
Weights<Real>::Weights(const Model& model, AdamW& optimizer) {
  const Finder find(model, optimizer);
  words = find.table("word");
  positions = find.table("position");
  types = find.table("token_type");
  embeddingNorm = find.norm("bert.embeddings.LayerNorm");
  for (int64_t i = 0; i < model.encoder->config().layers; ++i) {
    const std::string layer = "bert.encoder.layer." + std::to_string(i);
    const std::string self = layer + ".attention.self.";
    LayerWeights<Real> weights;
    weights.qkv = find.dense<Real>({self + "query", self + "key", self + "value"});
    weights.attentionOutput = find.dense<Real>({layer + ".attention.output.dense"});
    weights.attentionNorm = find.norm(layer + ".attention.output.LayerNorm");
    weights.intermediate = find.dense<Real>({layer + ".intermediate.dense"});
    weights.output = find.dense<Real>({layer + ".output.dense"});
    weights.outputNorm = find.norm(layer + ".output.LayerNorm");
    layers.push_back(std::move(weights));
  }
  pooler = find.dense<Real>({"bert.pooler.dense"});
  for (const auto& head : model.heads) {
    const std::string name = "heads." + head->config().task + ".classifier";
    heads.push_back({find.vector(*head, {name + ".weight"}), find.vector(*head, {name + ".bias"})});
  }
}

template struct Matrix<float>;
template struct Matrix<Bf16>;
template struct Weights<float>;
template struct Weights<Bf16>;

}  // namespace bornagain::fused
