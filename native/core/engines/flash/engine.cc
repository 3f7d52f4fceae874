// The flash engine: a step as a fixed sequence of LibTorch's operations that never waits for the device. The host waits once, for losses
// and gradient norm.
#include "core/engine.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/engines/flash/encoder.h"
#include "core/engines/flash/generator.h"
#include "core/engines/flash/heads.h"
#include "core/engines/flash/optimizer.h"
#include "core/engines/flash/runner.h"
#include "core/engines/flash/staging.h"
#include "core/engines/flash/stream.h"
#include "core/engines/flash/weights.h"

namespace bornagain {

namespace {

using namespace flash;

std::vector<float> toHost(const at::Tensor& tensor) {
  const at::Tensor host = tensor.cpu().contiguous();
  return {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()};
}

class FlashEngine final : public Engine {
 public:
  FlashEngine(Model model, AdamW& optimizer, const EngineChoice& choice)
      : model_(std::move(model)),
        adamW_(optimizer),
        device_(model_.encoder->options().device()),
        stream_(device_),
        weights_(model_, optimizer, choice.precision == Precision::kBf16 ? at::kBFloat16 : at::kFloat),
        staging_(model_, device_),
        encoder_(model_.encoder->config(), weights_, device_, choice.firstTokensOnly),
        heads_(model_, weights_),
        optimizerPass_(optimizer, device_),
        direct_(makeDirectRunner(device_)),
        steps_(device_.is_cuda() && graphsBuilt() ? makeGraphRunner(device_) : makeDirectRunner(device_)) {}

  StepOutcome step(const Batch& batch, const StepOptions& options, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    validate(batch, true);
    const EngineStream::Scope scope(stream_);
    weights_.refreshChanged();
    const BatchShape shape = shapeOf(batch.tokens);
    const at::Tensor staged = staging_.fill(batch, shape, optimizerPass_.controls(options.learningRate));
    const SeededGenerator generator(device_, options.dropout);
    const auto body = [&](const at::Tensor& block, const Interrupt& stop) { return compute(staging_.view(block, shape), stop); };
    return outcomeOf(toHost(steps_->run(shape, staged, body, interrupt)));
  }

  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    validate(batch, false);
    const EngineStream::Scope scope(stream_);
    weights_.refreshChanged();
    const BatchShape shape = shapeOf(batch.tokens);
    const auto body = [&](const at::Tensor& block, const Interrupt& stop) {
      const DeviceBatch onDevice = staging_.view(block, shape);
      return heads_.forward(onDevice, encoder_.forward(onDevice, false, stop), false);
    };
    return ownColumns(batch, toHost(direct_->run(shape, staging_.fill(batch, shape, {0, 1}), body, interrupt)));
  }

 private:
  void validate(const Batch& batch, bool training) const {
    validateBatch(model_, batch, training);
    validateTokens(batch.tokens, model_.encoder->limits());
    model_.encoder->settle();
  }

  // The whole step on the device. Returns [B + 2]: the examples' losses, the batch's, the gradients' norm.
  at::Tensor compute(const DeviceBatch& batch, const Interrupt& interrupt) {
    Gradients gradients(weights_.parameters());
    heads_.forward(batch, encoder_.forward(batch, true, interrupt), true);
    const Losses losses = heads_.losses(batch);
    encoder_.backward(batch, heads_.backward(gradients), gradients, interrupt);
    interrupt.check();
    const at::Tensor norm = optimizerPass_.step(gradients, losses.total, batch);
    weights_.refresh();
    return at::cat({losses.examples, losses.total.view({1}), norm.view({1})});
  }

  // The device has decided by the same two numbers whether the parameters change.
  StepOutcome outcomeOf(std::vector<float> results) {
    const double norm = results.back(), loss = results[results.size() - 2];
    results.resize(results.size() - 2);
    StepOutcome outcome{loss, std::move(results), std::numeric_limits<double>::quiet_NaN(), false};
    if (!std::isfinite(loss)) return outcome;
    outcome.gradientNorm = norm;
    if (!std::isfinite(norm)) return outcome;
    adamW_.setSteps(adamW_.steps() + 1);
    weights_.markStepped();
    outcome.updated = true;
    return outcome;
  }

  // Of outputs [B, O], those of each example's head.
  [[nodiscard]] std::vector<float> ownColumns(const Batch& batch, const std::vector<float>& outputs) const {
    const std::vector<int64_t>& first = heads_.firstColumns();
    std::vector<float> own;
    for (size_t b = 0; b < batch.taskIds.size(); ++b) {
      const auto row = outputs.begin() + static_cast<int64_t>(b) * first.back();
      own.insert(own.end(), row + first[batch.taskIds[b]], row + first[batch.taskIds[b] + 1]);
    }
    return own;
  }

  Model model_;
  AdamW& adamW_;
  at::Device device_;
  EngineStream stream_;
  Weights weights_;
  Staging staging_;
  Encoder encoder_;
  HeadPass heads_;
  OptimizerPass optimizerPass_;
  std::unique_ptr<StepRunner> direct_;
  std::unique_ptr<StepRunner> steps_;
};

}  // namespace

std::unique_ptr<Engine> makeFlashEngine(Model model, AdamW& optimizer, const EngineChoice& choice) {
  return std::make_unique<FlashEngine>(std::move(model), optimizer, choice);
}

}  // namespace bornagain
