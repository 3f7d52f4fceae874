#include "core/engines/flash/runner.h"

namespace bornagain::flash {

namespace {

class DirectRunner final : public StepRunner {
 public:
  explicit DirectRunner(const at::Device& device) : device_(device) {}

  at::Tensor run(const BatchShape& /*shape*/, const at::Tensor& staged, const StepBody& body, const Interrupt& interrupt) override {
    return body(staged.to(device_, /*non_blocking=*/true), interrupt);
  }

 private:
  at::Device device_;
};

}  // namespace

std::unique_ptr<StepRunner> makeDirectRunner(const at::Device& device) { return std::make_unique<DirectRunner>(device); }

}  // namespace bornagain::flash
