#include "core/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace bornagain {

namespace {

void require(bool holds, const std::string& message) {
  if (!holds) throw Error("ERR_INVALID_ARGUMENT", "AdamW: " + message);
}

void validateOptions(const AdamWOptions& options) {
  require(options.beta1 >= 0 && options.beta1 < 1, "beta1 must be at least 0 and below 1, not " + std::to_string(options.beta1));
  require(options.beta2 >= 0 && options.beta2 < 1, "beta2 must be at least 0 and below 1, not " + std::to_string(options.beta2));
  require(options.epsilon > 0, "epsilon must be positive, not " + std::to_string(options.epsilon));
  require(options.clipNorm > 0, "clipNorm must be positive (Infinity for no clipping), not " + std::to_string(options.clipNorm));
}

}  // namespace

AdamW::AdamW(const std::vector<at::Tensor>& parameters, const std::vector<ParameterOptions>& parameterOptions, const AdamWOptions& options)
    : options_(options) {
  validateOptions(options);
  require(parameters.size() == parameterOptions.size(),
          std::to_string(parameterOptions.size()) + " parameter options for " + std::to_string(parameters.size()) + " parameters");
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::string which = "parameter " + std::to_string(i) + ": ";
    require(parameters[i].is_leaf() && parameters[i].requires_grad(), which + "not a leaf tensor that requires grad");
    const auto isSame = [&](const at::Tensor& other) { return other.is_same(parameters[i]); };
    const auto first = std::find_if(parameters.begin(), parameters.begin() + static_cast<int64_t>(i), isSame) - parameters.begin();
    require(first == static_cast<int64_t>(i),
            which + "the same tensor as parameter " + std::to_string(first) + "; it would be updated twice");
    require(std::isfinite(parameterOptions[i].learningRateScale) && parameterOptions[i].learningRateScale >= 0,
            which + "learningRateScale must be finite and not negative");
    require(std::isfinite(parameterOptions[i].weightDecay) && parameterOptions[i].weightDecay >= 0,
            which + "weightDecay must be finite and not negative");
    const at::Tensor values = parameters[i].detach();
    parameters_.push_back({parameters[i], parameterOptions[i], at::zeros_like(values), at::zeros_like(values)});
  }
}

double AdamW::gradientNorm() const {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> squares;
  for (const auto& parameter : parameters_) {
    const at::Tensor& gradient = parameter.tensor.grad();
    if (gradient.defined()) squares.push_back(at::linalg_vector_norm(gradient).to(at::kDouble).square());
  }
  return squares.empty() ? 0.0 : std::sqrt(at::stack(squares).sum().item<double>());
}

void AdamW::step(double learningRate, double norm) {
  const at::NoGradGuard noGrad;
  const double gradientScale = norm > options_.clipNorm ? options_.clipNorm / norm : 1.0;
  ++steps_;
  for (auto& parameter : parameters_) update(parameter, learningRate, gradientScale);
  zeroGradients();
}

void AdamW::update(OptimizedParameter& parameter, double learningRate, double gradientScale) {
  if (!parameter.tensor.grad().defined()) return;
  const at::Tensor gradient = gradientScale == 1.0 ? parameter.tensor.grad() : parameter.tensor.grad().mul(gradientScale);
  parameter.firstMoment.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
  parameter.secondMoment.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
  const auto t = static_cast<double>(steps_);
  const double correction1 = options_.biasCorrection ? 1 - std::pow(options_.beta1, t) : 1.0;
  const double correction2 = options_.biasCorrection ? 1 - std::pow(options_.beta2, t) : 1.0;
  const double rate = learningRate * parameter.options.learningRateScale;
  const at::Tensor denominator = parameter.secondMoment.sqrt().div_(std::sqrt(correction2)).add_(options_.epsilon);
  parameter.tensor.mul_(1 - rate * parameter.options.weightDecay).addcdiv_(parameter.firstMoment, denominator, -rate / correction1);
}

void AdamW::zeroGradients() {
  for (auto& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

void AdamW::defineGradients() {
  for (auto& parameter : parameters_) {
    if (!parameter.tensor.grad().defined()) parameter.tensor.mutable_grad() = at::zeros_like(parameter.tensor.detach());
  }
}

}  // namespace bornagain
