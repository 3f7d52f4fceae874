#include "core/head.h"

#include "core/error.h"

namespace bornagain {

namespace {

[[noreturn]] void refuse(const HeadConfig& config, const std::string& what) {
  throw Error("ERR_INVALID_ARGUMENT", "head '" + config.task + "': " + what);
}

void validateHead(const HeadConfig& config) {
  if (config.kind == HeadKind::kClassification) {
    if (config.outputs < 2) refuse(config, "a classification head needs at least 2 classes, not " + std::to_string(config.outputs));
    if (config.sigmoid) refuse(config, "a sigmoid belongs to a regression head");
  } else if (config.outputs != 1) {
    refuse(config, "a regression head has 1 output, not " + std::to_string(config.outputs));
  }
  if (!(config.dropout >= 0 && config.dropout < 1)) {
    refuse(config, "the dropout rate must be at least 0 and below 1, not " + std::to_string(config.dropout));
  }
}

}  // namespace

Head::Head(const HeadConfig& config, int64_t hiddenSize, const at::TensorOptions& options) : config_(config) {
  validateHead(config);
  if (hiddenSize <= 0) refuse(config, "hiddenSize must be positive, not " + std::to_string(hiddenSize));
  const std::string name = "heads." + config.task + ".classifier";
  classifier_.weight = add(name + ".weight", {config.outputs, hiddenSize}, options);
  classifier_.bias = add(name + ".bias", {config.outputs}, options);
}

at::Tensor Head::forward(const at::Tensor& pooled, const Dropout& dropout, const std::vector<int64_t>& rows) const {
  if (pooled.dim() != 2 || pooled.size(1) != hiddenSize()) {
    refuse(config_, "pooled must have shape [n, " + std::to_string(hiddenSize()) + "]");
  }
  if (static_cast<int64_t>(rows.size()) != pooled.size(0)) {
    refuse(config_, "rows has " + std::to_string(rows.size()) + " entries for " + std::to_string(pooled.size(0)) + " pooled vectors");
  }
  const at::Tensor outputs = classifier_(applyDropout(pooled, dropout, DropoutSite::pooled(), rows, config_.dropout));
  return config_.sigmoid ? outputs.sigmoid() : outputs;
}

at::Tensor exampleLosses(HeadKind kind, const at::Tensor& outputs, const at::Tensor& targets) {
  if (kind == HeadKind::kRegression) return outputs.sub(targets).square().squeeze(1);
  return targets.mul(outputs.log_softmax(-1)).sum(1).neg();
}

}  // namespace bornagain
