// AdamW with global-norm clipping and a learning-rate scale for each parameter. Decoupled weight decay (Loshchilov and Hutter 2019); bias
// correction is a switch because the reference code of BERT and BAM has none (bert/optimization.py, AdamWeightDecayOptimizer).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace bornagain {

struct AdamWOptions {
  double beta1;
  double beta2;
  double epsilon;
  bool biasCorrection;
  double clipNorm;  // infinity: no clipping
};

struct ParameterOptions {
  double learningRateScale;
  double weightDecay;
};

struct OptimizedParameter {
  at::Tensor tensor;
  ParameterOptions options;
  at::Tensor firstMoment;
  at::Tensor secondMoment;
};

class AdamW {
 public:
  // Throws ERR_INVALID_ARGUMENT for options out of range.
  AdamW(const std::vector<at::Tensor>& parameters, const std::vector<ParameterOptions>& parameterOptions, const AdamWOptions& options);

  // Global norm of the gradients, before clipping; a parameter without a gradient counts as zero.
  [[nodiscard]] double gradientNorm() const;

  // Updates every parameter that has a gradient, scaling gradients by clipNorm / max(norm, clipNorm) as tf.clip_by_global_norm does, and
  // drops the gradients.
  void step(double learningRate, double norm);
  void zeroGradients();
  // Gives every parameter without a gradient one of zeros: its moments then fade, and momentum and weight decay go on moving it. That is
  // what the reference does to the head of a task that a batch has no example of, because it masks the losses of all heads.
  void defineGradients();

  [[nodiscard]] const AdamWOptions& options() const { return options_; }
  [[nodiscard]] int64_t steps() const { return steps_; }
  void setSteps(int64_t steps) { steps_ = steps; }
  [[nodiscard]] std::vector<OptimizedParameter>& parameters() { return parameters_; }

 private:
  void update(OptimizedParameter& parameter, double learningRate, double gradientScale);

  std::vector<OptimizedParameter> parameters_;
  AdamWOptions options_;
  int64_t steps_ = 0;
};

}  // namespace bornagain
