#include "core/engines/flash/weights.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/empty.h>

namespace bornagain::flash {

void Gradients::set(const Stacked& stacked, const at::Tensor& gradient) { setRows(stacked, 0, gradient); }

void Gradients::setRows(const Stacked& stacked, int64_t begin, const at::Tensor& gradient) {
  const int64_t rows = stacked.values.size(0) / static_cast<int64_t>(stacked.places.size());
  if (stacked.places.size() == 1) {
    tensors_[stacked.places[0]] = gradient;
    return;
  }
  for (int64_t row = 0; row < gradient.size(0); row += rows) tensors_[stacked.places[(begin + row) / rows]] = gradient.narrow(0, row, rows);
}

void Gradients::add(const Gradients& other) {
  if (tensors_.front().defined()) {
    at::_foreach_add_(tensors_, other.tensors_);
  } else {
    tensors_ = other.tensors_;
  }
}

Weights::Weights(const Model& model, AdamW& optimizer, at::ScalarType real) : optimizer_(optimizer), real_(real) {
  for (size_t i = 0; i < optimizer.parameters().size(); ++i) places_[optimizer.parameters()[i].tensor.unsafeGetTensorImpl()] = i;
  const Module& bert = *model.encoder;
  const std::string table = "bert.embeddings.";
  embeddings = {stack(bert, {table + "word_embeddings.weight"}, at::kFloat),
                stack(bert, {table + "position_embeddings.weight"}, at::kFloat),
                stack(bert, {table + "token_type_embeddings.weight"}, at::kFloat), norm(bert, table + "LayerNorm")};
  for (int64_t i = 0; i < model.encoder->config().layers; ++i) {
    const std::string layer = "bert.encoder.layer." + std::to_string(i);
    const std::string self = layer + ".attention.self.";
    layers.push_back({dense(bert, {self + "query", self + "key", self + "value"}), dense(bert, {layer + ".attention.output.dense"}),
                      norm(bert, layer + ".attention.output.LayerNorm"), dense(bert, {layer + ".intermediate.dense"}),
                      dense(bert, {layer + ".output.dense"}), norm(bert, layer + ".output.LayerNorm")});
  }
  pooler = dense(bert, {"bert.pooler.dense"});
  for (const auto& head : model.heads) {
    const std::string name = "heads." + head->config().task + ".classifier";
    heads.push_back({stack(*head, {name + ".weight"}, at::kFloat), stack(*head, {name + ".bias"}, at::kFloat)});
  }
}

Stacked Weights::stack(const Module& module, const std::vector<std::string>& names, at::ScalarType type) {
  Stacked result;
  for (const auto& name : names) result.places.push_back(places_.at(module.parameter(name).unsafeGetTensorImpl()));
  const at::Tensor first = module.parameter(names[0]).detach();
  if (names.size() == 1 && type == at::kFloat) {
    result.values = first;
    return result;
  }
  std::vector<int64_t> shape = first.sizes().vec();
  shape[0] *= static_cast<int64_t>(names.size());
  result.values = at::empty(shape, first.options().dtype(type));
  for (size_t i = 0; i < names.size(); ++i) {
    copies_.push_back(result.values.narrow(0, static_cast<int64_t>(i) * first.size(0), first.size(0)));
    sources_.push_back(module.parameter(names[i]).detach());
  }
  return result;
}

Dense Weights::dense(const Module& module, const std::vector<std::string>& names) {
  std::vector<std::string> weights, biases;
  for (const auto& name : names) {
    weights.push_back(name + ".weight");
    biases.push_back(name + ".bias");
  }
  return {stack(module, weights, real_), stack(module, biases, real_)};
}

Norm Weights::norm(const Module& module, const std::string& name) {
  return {stack(module, {name + ".weight"}, at::kFloat), stack(module, {name + ".bias"}, at::kFloat)};
}

void Weights::refresh() {
  if (!copies_.empty()) at::_foreach_copy_(copies_, sources_);
}

void Weights::refreshChanged() {
  const auto& parameters = optimizer_.parameters();
  bool changed = versions_.empty();
  for (size_t i = 0; !changed && i < parameters.size(); ++i) changed = parameters[i].tensor._version() != versions_[i];
  if (!changed) return;
  refresh();
  rememberVersions();
}

void Weights::markStepped() {
  for (auto& parameter : optimizer_.parameters()) parameter.tensor.unsafeGetTensorImpl()->bump_version();
  rememberVersions();
}

void Weights::rememberVersions() {
  versions_.clear();
  for (const auto& parameter : optimizer_.parameters()) versions_.push_back(parameter.tensor._version());
}

}  // namespace bornagain::flash
