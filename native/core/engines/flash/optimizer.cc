#include "core/engines/flash/optimizer.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <map>
#include <utility>

namespace bornagain::flash {

OptimizerPass::OptimizerPass(AdamW& optimizer, const at::Device& device) : optimizer_(optimizer) {
  std::map<std::pair<double, double>, std::vector<size_t>> places;
  const auto& parameters = optimizer.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    places[{parameters[i].options.learningRateScale, parameters[i].options.weightDecay}].push_back(i);
  }
  std::vector<float> scales;
  for (const auto& [options, members] : places) {
    Group group{options.second, members, {}, {}, {}};
    for (const size_t i : members) {
      group.values.push_back(parameters[i].tensor.detach());
      group.first.push_back(parameters[i].firstMoment);
      group.second.push_back(parameters[i].secondMoment);
    }
    groups_.push_back(std::move(group));
    scales.push_back(static_cast<float>(options.first));
  }
  scales_ = at::tensor(scales, at::kFloat).to(device);
}

StepControls OptimizerPass::controls(double learningRate) const {
  const bool corrected = optimizer_.options().biasCorrection;
  return {learningRate, corrected ? static_cast<double>(optimizer_.steps() + 1) : std::numeric_limits<double>::infinity()};
}

at::Tensor OptimizerPass::step(const Gradients& gradients, const at::Tensor& loss, const DeviceBatch& batch) {
  const AdamWOptions& options = optimizer_.options();
  const std::vector<at::Tensor>& all = gradients.all();
  const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(all)));
  // The gradients are divided by this.
  const at::Tensor scale = norm.div(options.clipNorm).clamp_min(1);
  const at::Tensor skip = norm.isfinite().logical_and_(loss.isfinite()).logical_not_().to(at::kFloat);
  const std::vector<at::Tensor> rates = scales_.mul(batch.learningRate).unbind();
  for (size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    std::vector<at::Tensor> own;
    for (const size_t place : group.places) own.push_back(all[place]);
    const std::vector<at::Tensor> steps(own.size(), batch.correctionSteps);
    at::_fused_adamw_(group.values, own, group.first, group.second, {}, steps, rates[g], options.beta1, options.beta2, group.weightDecay,
                      options.epsilon, /*amsgrad=*/false, /*maximize=*/false, scale, skip);
  }
  return norm;
}

}  // namespace bornagain::flash
