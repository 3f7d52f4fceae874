// The flash engine: a step as a fixed sequence of LibTorch's operations that never waits for the device. The host waits once, for losses
// and gradient norm.
#include "core/engine.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

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
#include "core/to_host.h"

namespace bornagain {

namespace flash {

namespace {

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

  StepOutcome step(const std::vector<Batch>& batches, const StepOptions& options, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    for (const Batch& batch : batches) validate(batch, true);
    model_.encoder->settle();
    const EngineStream::Scope scope(stream_);
    weights_.refreshChanged();
    const at::Tensor results =
        withRoom([&] { return batches.size() == 1 ? wholeStep(batches[0], options, interrupt) : summedStep(batches, options, interrupt); });
    return outcomeOf(batches, toHost(results));
  }

  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) override {
    const c10::InferenceMode noAutograd;
    validate(batch, false);
    model_.encoder->settle();
    const EngineStream::Scope scope(stream_);
    weights_.refreshChanged();
    const BatchShape shape = shapeOf(batch.tokens);
    const auto body = [&](const at::Tensor& block, const Interrupt& stop) {
      const DeviceBatch onDevice = staging_.view(block, shape);
      return heads_.forward(onDevice, encoder_.forward(onDevice, false, stop), false);
    };
    const at::Tensor staged = staging_.fill(batch, shape, {0, 1});
    return ownColumns(batch, toHost(withRoom([&] { return direct_->run(shape, staged, body, interrupt); })));
  }

 private:
  void validate(const Batch& batch, bool training) const {
    validateBatch(model_, batch, training);
    validateTokens(batch.tokens, model_.encoder->limits());
  }

  // Recorded graphs keep the memory of a whole step. Where that is missing elsewhere they go, and what ran out of it is computed again. A
  // step has changed nothing by then: its update comes last, and the memory of its activations is free again.
  template <typename Compute>
  at::Tensor withRoom(const Compute& compute) {
    try {
      return compute();
    } catch (const c10::OutOfMemoryError&) {
      forgetActivations();
      if (!steps_->makeRoom()) throw;
    }
    return compute();
  }

  void forgetActivations() {
    encoder_.forget();
    heads_.forget();
  }

  struct BackwardPass {
    Losses losses;
    Gradients gradients;
  };

  // Steps return [B + 2] on the device: the examples' losses, the step's, the gradients' norm.
  at::Tensor wholeStep(const Batch& batch, const StepOptions& options, const Interrupt& interrupt) {
    const BatchShape shape = shapeOf(batch.tokens);
    const at::Tensor staged = staging_.fill(batch, shape, optimizerPass_.controls(options.learningRate));
    const SeededGenerator generator(device_, microBatchKey(options.dropout, 0));
    const auto body = [&](const at::Tensor& block, const Interrupt& stop) {
      const DeviceBatch onDevice = staging_.view(block, shape);
      const BackwardPass pass = backward(onDevice, stop);
      return update(pass.gradients, pass.losses.examples, pass.losses.total, onDevice);
    };
    return steps_->run(shape, staged, body, interrupt);
  }

  // Micro-batches one after the other, not recorded. Each waits for the one before when it is copied: all use the same block on the host.
  at::Tensor summedStep(const std::vector<Batch>& batches, const StepOptions& options, const Interrupt& interrupt) {
    Gradients sum(weights_.parameters());
    std::vector<at::Tensor> examples, totals;
    DeviceBatch onDevice;
    for (size_t i = 0; i < batches.size(); ++i) {
      const SeededGenerator generator(device_, microBatchKey(options.dropout, i));
      const BatchShape shape = shapeOf(batches[i].tokens);
      onDevice = staging_.view(staging_.fill(batches[i], shape, optimizerPass_.controls(options.learningRate)).to(device_), shape);
      const BackwardPass pass = backward(onDevice, interrupt);
      sum.add(pass.gradients);
      examples.push_back(pass.losses.examples);
      totals.push_back(pass.losses.total);
    }
    return update(sum, at::cat(examples), at::stack(totals).sum(), onDevice);
  }

  BackwardPass backward(const DeviceBatch& batch, const Interrupt& interrupt) {
    BackwardPass pass{{}, Gradients(weights_.parameters())};
    heads_.forward(batch, encoder_.forward(batch, true, interrupt), true);
    pass.losses = heads_.losses(batch);
    encoder_.backward(batch, heads_.backward(pass.gradients), pass.gradients, interrupt);
    // Not kept until the next pass replaces them: a recording has memory of its own and could use none of theirs.
    forgetActivations();
    interrupt.check();
    return pass;
  }

  at::Tensor update(const Gradients& gradients, const at::Tensor& examples, const at::Tensor& loss, const DeviceBatch& batch) {
    const at::Tensor norm = optimizerPass_.step(gradients, loss, batch);
    weights_.refresh();
    return at::cat({examples, loss.view({1}), norm.view({1})});
  }

  // The device has decided by the same two numbers whether the parameters change.
  StepOutcome outcomeOf(const std::vector<Batch>& batches, std::vector<float> results) {
    const double norm = results.back(), loss = results[results.size() - 2];
    results.resize(results.size() - 2);
    StepOutcome outcome{loss, std::move(results), std::numeric_limits<double>::quiet_NaN(), false};
    if (!std::isfinite(loss)) {
      outcome.losses.resize(examplesUpToFault(batches, outcome.losses));
      return outcome;
    }
    outcome.gradientNorm = norm;
    if (!std::isfinite(norm)) return outcome;
    adamW_.setSteps(adamW_.steps() + 1);
    weights_.markStepped();
    outcome.updated = true;
    return outcome;
  }

  // Examples of the micro-batches up to the one whose losses are not finite.
  static size_t examplesUpToFault(const std::vector<Batch>& batches, const std::vector<float>& losses) {
    size_t end = 0;
    bool finite = true;
    for (size_t i = 0; i < batches.size() && finite; ++i) {
      const size_t begin = end;
      end += batches[i].taskIds.size();
      for (size_t b = begin; b < end; ++b) finite = finite && std::isfinite(losses[b]);
    }
    return end;
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

}  // namespace flash

std::unique_ptr<Engine> makeFlashEngine(Model model, AdamW& optimizer, const EngineChoice& choice) {
  return std::make_unique<flash::FlashEngine>(std::move(model), optimizer, choice);
}

}  // namespace bornagain
