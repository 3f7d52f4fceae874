// A linear backend that times another one, for the profiler.
#include <utility>

#include "core/engines/fused/linear.h"

namespace bornagain::fused {

namespace {

template <typename Real>
class TimedLinear final : public LinearBackend<Real> {
 public:
  TimedLinear(std::unique_ptr<LinearBackend<Real>> inner, Profiler& profiler) : inner_(std::move(inner)), profiler_(profiler) {}

  void prepare(Matrix<Real>& matrix) override { inner_->prepare(matrix); }
  void refresh(const Matrix<Real>& matrix, const WeightTile& tile) override { inner_->refresh(matrix, tile); }
  void forward(int64_t rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) override {
    const Section section(profiler_, "product forward");
    inner_->forward(rows, x, w, y);
  }
  void forwardActivated(int64_t rows, Rows<const Real> x, const Slice<Real>& w, Activation activation, bool training, Real* activated,
                        Real* derivative) override {
    const Section section(profiler_, "product forward, activated");
    inner_->forwardActivated(rows, x, w, activation, training, activated, derivative);
  }
  void inputGradient(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, Rows<Real> dx) override {
    const Section section(profiler_, "product input gradient");
    inner_->inputGradient(rows, dy, w, dx);
  }
  void inputGradientTimes(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, const Real* factors, Real* dx) override {
    const Section section(profiler_, "product input gradient");
    inner_->inputGradientTimes(rows, dy, w, factors, dx);
  }
  void inputGradientPlus(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, const float* addend, float* dx) override {
    const Section section(profiler_, "product input gradient");
    inner_->inputGradientPlus(rows, dy, w, addend, dx);
  }
  void weightGradient(int64_t rows, Rows<const Real> dy, Rows<const Real> x, const Slice<Real>& w, bool withBias) override {
    const Section section(profiler_, "product weight gradient");
    inner_->weightGradient(rows, dy, x, w, withBias);
  }

 private:
  std::unique_ptr<LinearBackend<Real>> inner_;
  Profiler& profiler_;
};

}  // namespace

template <typename Real>
std::unique_ptr<LinearBackend<Real>> timedIfProfiling(std::unique_ptr<LinearBackend<Real>> inner, Profiler& profiler) {
  if (!profiler.enabled()) return inner;
  return std::make_unique<TimedLinear<Real>>(std::move(inner), profiler);
}

template std::unique_ptr<LinearBackend<float>> timedIfProfiling(std::unique_ptr<LinearBackend<float>>, Profiler&);
template std::unique_ptr<LinearBackend<Bf16>> timedIfProfiling(std::unique_ptr<LinearBackend<Bf16>>, Profiler&);

}  // namespace bornagain::fused
