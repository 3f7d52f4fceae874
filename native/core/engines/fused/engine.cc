// The fused engine: the plain engine's step without autograd, over buffers that live as long as the engine.
#include "core/engine.h"

#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/engines/fused/encoder.h"
#include "core/engines/fused/gradient_sum.h"
#include "core/engines/fused/heads.h"
#include "core/engines/fused/linear.h"
#include "core/engines/fused/optimizer.h"

namespace bornagain {

namespace fused {

namespace {

template <typename Real>
class FusedEngine final : public Engine {
 public:
  FusedEngine(Model model, AdamW& optimizer, const EngineChoice& choice)
      : model_(std::move(model)),
        weights_(model_, optimizer),
        linear_(makeLinear(choice.products)),
        encoder_(model_.encoder->config(), weights_, elementwiseTables().of<Real>(), *linear_, profiler_, choice.firstTokensOnly),
        heads_(model_, weights_.heads, elementwiseTables().of<float>()),
        optimizerPass_(model_, weights_, optimizer, *linear_, elementwiseTables().of<Real>(), profiler_),
        gradientSum_(weights_, elementwiseTables().of<Real>()) {}

  StepOutcome step(const std::vector<Batch>& batches, const StepOptions& options, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    for (const Batch& batch : batches) check(batch, true);
    StepOutcome outcome{0, {}, std::numeric_limits<double>::quiet_NaN(), false};
    for (size_t i = 0; i < batches.size(); ++i) {
      gradients(batches[i], microBatchKey(options.dropout, i), interrupt, outcome);
      if (!std::isfinite(outcome.loss)) return outcome;
      if (batches.size() == 1) continue;
      const Section section(profiler_, "gradients summed");
      gradientSum_.add(encoder_.plan(), i == 0);
    }
    const BatchPlan& plan = batches.size() == 1 ? encoder_.plan() : gradientSum_.finish();
    outcome.gradientNorm = optimizerPass_.gradientNorm(plan);
    if (!std::isfinite(outcome.gradientNorm)) return outcome;
    optimizerPass_.step(plan, options.learningRate, outcome.gradientNorm);
    profiler_.countStep();
    outcome.updated = true;
    return outcome;
  }

  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    check(batch, false);
    begin(batch, false);
    model_.encoder->settle();
    const float* pooled = encoder_.forward(batch.tokens, std::nullopt, false, interrupt);
    const Section section(profiler_, "heads and loss");
    profiler_.countStep();
    return heads_.forward(batch, pooled, std::nullopt);
  }

 private:
  static std::unique_ptr<LinearBackend<Real>> makeLinear(Products products) {
    return products == Products::kOwn ? makeOwnLinear<Real>() : makeLibtorchLinear(elementwiseTables().of<Real>());
  }

  void check(const Batch& batch, bool training) {
    const Section section(profiler_, "checks and plan");
    validateBatch(model_, batch, training);
    validateTokens(batch.tokens, model_.encoder->limits());
  }

  // Brings what a batch needs of the weights up to date.
  void begin(const Batch& batch, bool training) {
    {
      const Section section(profiler_, "checks and plan");
      optimizerPass_.refreshChanged();
      encoder_.plan(batch.tokens, training);
    }
    if (training) optimizerPass_.catchUp(encoder_.plan());
  }

  // Adds a batch's losses to the outcome and leaves its gradients, unless the loss is not finite.
  void gradients(const Batch& batch, const DropoutKey& dropout, const Interrupt& interrupt, StepOutcome& outcome) {
    begin(batch, true);
    const float* pooled = encoder_.forward(batch.tokens, dropout, true, interrupt);
    addLosses(batch, pooled, dropout, outcome);
    if (!std::isfinite(outcome.loss)) return;
    encoder_.backward(lossBackward(batch), interrupt);
    interrupt.check();
  }

  void addLosses(const Batch& batch, const float* pooled, const Dropout& dropout, StepOutcome& outcome) {
    const Section section(profiler_, "heads and loss");
    heads_.forward(batch, pooled, dropout);
    const std::vector<float> losses = heads_.losses(batch);
    for (size_t b = 0; b < losses.size(); ++b) outcome.loss += static_cast<double>(losses[b]) * batch.weights[b];
    outcome.losses.insert(outcome.losses.end(), losses.begin(), losses.end());
  }

  const float* lossBackward(const Batch& batch) {
    const Section section(profiler_, "heads and loss");
    return heads_.backward(batch);
  }

  Model model_;
  Profiler profiler_;
  Weights<Real> weights_;
  std::unique_ptr<LinearBackend<Real>> linear_;
  FusedEncoder<Real> encoder_;
  HeadPass heads_;
  OptimizerPass<Real> optimizerPass_;
  GradientSum<Real> gradientSum_;
};

}  // namespace

}  // namespace fused

std::unique_ptr<Engine> makeFusedEngine(Model model, AdamW& optimizer, const EngineChoice& choice) {
  if (choice.precision == Precision::kBf16) return std::make_unique<fused::FusedEngine<Bf16>>(std::move(model), optimizer, choice);
  return std::make_unique<fused::FusedEngine<float>>(std::move(model), optimizer, choice);
}

}  // namespace bornagain
