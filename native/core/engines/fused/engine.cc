// The fused engine: the plain engine's step without autograd, over buffers that live as long as the engine.
#include "core/engine.h"

#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/engines/fused/encoder.h"
#include "core/engines/fused/heads.h"
#include "core/engines/fused/linear.h"
#include "core/engines/fused/optimizer.h"

namespace bornagain {

namespace {

using namespace fused;

template <typename Real>
const ElementwiseKernels<Real>& kernelsFor() {
  if constexpr (std::is_same_v<Real, float>) {
    return elementwiseTables().fp32;
  } else {
    return elementwiseTables().bf16;
  }
}

template <typename Real>
class FusedEngine final : public Engine {
 public:
  FusedEngine(Model model, AdamW& optimizer, const EngineChoice& choice)
      : model_(std::move(model)),
        weights_(model_, optimizer),
        linear_(timedIfProfiling(makeLinear(choice.products), profiler_)),
        encoder_(model_.encoder->config(), weights_, kernelsFor<Real>(), *linear_, profiler_, choice.firstTokensOnly),
        heads_(model_, weights_.heads, kernelsFor<float>()),
        optimizerPass_(model_, weights_, optimizer, *linear_, kernelsFor<Real>(), profiler_) {}

  StepOutcome step(const Batch& batch, const StepOptions& options, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    begin(batch, true);
    const float* pooled = encoder_.forward(batch.tokens, options.dropout, true, interrupt);
    StepOutcome outcome = loss(batch, pooled, options.dropout);
    if (!std::isfinite(outcome.loss)) return outcome;
    encoder_.backward(lossBackward(batch), interrupt);
    interrupt.check();
    outcome.gradientNorm = optimizerPass_.gradientNorm(encoder_.plan(), heads_.touched());
    if (!std::isfinite(outcome.gradientNorm)) return outcome;
    optimizerPass_.step(encoder_.plan(), heads_.touched(), options.learningRate, outcome.gradientNorm);
    profiler_.countStep();
    outcome.updated = true;
    return outcome;
  }

  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    begin(batch, false);
    model_.encoder->settle();
    return heads_.forward(batch, encoder_.forward(batch.tokens, std::nullopt, false, interrupt), std::nullopt);
  }

 private:
  static std::unique_ptr<LinearBackend<Real>> makeLinear(Products products) {
    return products == Products::kOwn ? makeOwnLinear<Real>() : makeLibtorchLinear(kernelsFor<Real>());
  }

  // Checks the batch and brings what it needs of the weights up to date.
  void begin(const Batch& batch, bool training) {
    const Section section(profiler_, "checks and plan");
    validateBatch(model_, batch, training);
    validateTokens(batch.tokens, model_.encoder->limits());
    optimizerPass_.refreshChanged();
    encoder_.plan(batch.tokens, training);
    if (training) optimizerPass_.catchUp(encoder_.plan());
  }

  StepOutcome loss(const Batch& batch, const float* pooled, const Dropout& dropout) {
    const Section section(profiler_, "heads and loss");
    heads_.forward(batch, pooled, dropout);
    StepOutcome outcome{0, heads_.losses(batch), std::numeric_limits<double>::quiet_NaN(), false};
    for (size_t b = 0; b < outcome.losses.size(); ++b) outcome.loss += static_cast<double>(outcome.losses[b]) * batch.weights[b];
    return outcome;
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
};

}  // namespace

std::unique_ptr<Engine> makeFusedEngine(Model model, AdamW& optimizer, const EngineChoice& choice) {
  if (choice.precision == Precision::kBf16) return std::make_unique<FusedEngine<Bf16>>(std::move(model), optimizer, choice);
  return std::make_unique<FusedEngine<float>>(std::move(model), optimizer, choice);
}

}  // namespace bornagain
