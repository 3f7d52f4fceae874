// The plain engine: the definition of a step, in the order a reader would write it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "core/to_host.h"

namespace bornagain {

namespace {

class PlainEngine final : public Engine {
 public:
  PlainEngine(Model model, AdamW& optimizer) : model_(std::move(model)), optimizer_(optimizer) {}

  StepOutcome step(const std::vector<Batch>& batches, const StepOptions& options, const Interrupt& interrupt) override {
    for (const Batch& batch : batches) validateBatch(model_, batch, true);
    model_.encoder->settle();
    const OwnGradients own(optimizer_);
    StepOutcome outcome{0, {}, std::numeric_limits<double>::quiet_NaN(), false};
    for (size_t i = 0; i < batches.size(); ++i) {
      const at::Tensor losses = forward(batches[i], microBatchKey(options.dropout, i), interrupt);  // [B]
      const at::Tensor weights = at::tensor(batches[i].weights, at::kFloat).to(losses.device());    // [B]
      const at::Tensor total = losses.mul(weights).sum();
      const std::vector<float> hostLosses = toHost(losses);
      outcome.loss += total.item<double>();
      outcome.losses.insert(outcome.losses.end(), hostLosses.begin(), hostLosses.end());
      if (!std::isfinite(outcome.loss)) return outcome;
      total.backward();
      interrupt.check();
    }
    optimizer_.defineGradients();
    outcome.gradientNorm = optimizer_.gradientNorm();
    if (!std::isfinite(outcome.gradientNorm)) return outcome;
    optimizer_.step(options.learningRate, outcome.gradientNorm);
    outcome.updated = true;
    return outcome;
  }

  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt) override {
    validateBatch(model_, batch, false);
    model_.encoder->settle();
    const c10::InferenceMode noAutograd;
    const at::Tensor pooled = model_.encoder->forward(batch.tokens, std::nullopt, &interrupt).pooled;
    const auto offsets = outputOffsets(model_, batch.taskIds);
    std::vector<float> outputs(offsets.back());
    forEachHead(batch, pooled, std::nullopt, [&](const Head&, const std::vector<int64_t>& examples, const at::Tensor& headOutputs) {
      const std::vector<float> host = toHost(headOutputs);
      const int64_t width = headOutputs.size(1);
      for (size_t i = 0; i < examples.size(); ++i) {
        const float* row = host.data() + static_cast<int64_t>(i) * width;
        std::copy(row, row + width, outputs.begin() + offsets[examples[i]]);
      }
    });
    return outputs;
  }

 private:
  // A step's gradients are its own: what others left on the parameters does not count and is there again afterwards, and what a step that
  // stops half-way leaves does not reach the next one.
  class OwnGradients {
   public:
    explicit OwnGradients(AdamW& optimizer) : optimizer_(optimizer) {
      for (const auto& parameter : optimizer_.parameters()) others_.push_back(std::exchange(parameter.tensor.mutable_grad(), {}));
    }
    OwnGradients(const OwnGradients&) = delete;
    OwnGradients& operator=(const OwnGradients&) = delete;
    ~OwnGradients() {
      for (size_t i = 0; i < others_.size(); ++i) optimizer_.parameters()[i].tensor.mutable_grad() = others_[i];
    }

   private:
    AdamW& optimizer_;
    std::vector<at::Tensor> others_;
  };

  // Calls visit(head, its examples' places in the batch, their outputs [n, head outputs]) for each head that has examples.
  template <typename Visit>
  void forEachHead(const Batch& batch, const at::Tensor& pooled, const Dropout& dropout, const Visit& visit) const {
    const auto byHead = examplesByHead(model_, batch.taskIds);
    for (size_t h = 0; h < byHead.size(); ++h) {
      if (byHead[h].empty()) continue;
      const at::Tensor rows = at::tensor(byHead[h], at::kLong).to(pooled.device());
      visit(*model_.heads[h], byHead[h], model_.heads[h]->forward(pooled.index_select(0, rows), dropout, byHead[h]));
    }
  }

  // Losses of the batch's examples [B], unweighted, in the batch's order.
  [[nodiscard]] at::Tensor forward(const Batch& batch, const DropoutKey& key, const Interrupt& interrupt) const {
    const at::Tensor pooled = model_.encoder->forward(batch.tokens, key, &interrupt).pooled;
    const auto offsets = outputOffsets(model_, batch.taskIds);
    std::vector<at::Tensor> losses;
    std::vector<int64_t> placeInCat(batch.taskIds.size());
    int64_t seen = 0;
    forEachHead(batch, pooled, key, [&](const Head& head, const std::vector<int64_t>& examples, const at::Tensor& outputs) {
      at::Tensor targets = at::empty({static_cast<int64_t>(examples.size()), head.config().outputs}, at::kFloat);
      auto* target = targets.data_ptr<float>();
      for (const int64_t b : examples) {
        target = std::copy(batch.targets.begin() + offsets[b], batch.targets.begin() + offsets[b + 1], target);
        placeInCat[b] = seen++;
      }
      losses.push_back(exampleLosses(head.config().kind, outputs, targets.to(outputs.device())));
    });
    return at::cat(losses).index_select(0, at::tensor(placeInCat, at::kLong).to(pooled.device()));
  }

  Model model_;
  AdamW& optimizer_;
};

}  // namespace

std::unique_ptr<Engine> makePlainEngine(Model model, AdamW& optimizer) {
  return std::make_unique<PlainEngine>(std::move(model), optimizer);
}

}  // namespace bornagain
