#include "core/gemm_rate.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <vector>

#include "core/kernels/gemm.h"

namespace bornagain {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

template <typename Real>
class MeasuredProducts {
 public:
  explicit MeasuredProducts(const GemmShape& s)
      : s_(s),
        x_(random(s.rows, s.in)),
        dy_(random(s.rows, s.out)),
        w_(random(s.out, s.in)),
        y_(at::empty_like(dy_)),
        dx_(at::empty_like(x_)),
        dw_(at::empty_like(w_)),
        bias_(at::zeros({s.out})) {
    const at::Tensor values = w_.to(at::kFloat);
    const float* pointer = values.data_ptr<float>();
    forward_.ensure(packedForwardSize<Real>(shape_));
    backward_.ensure(packedBackwardSize<Real>(shape_));
    gemm_.packAll(shape_, &pointer, forward_.get(), backward_.get());
  }

  // Own three, then LibTorch's three.
  std::array<std::function<void()>, 6> all() {
    return {[this] { forward(); },
            [this] { inputGradient(); },
            [this] { gemm_.weightGradients(gradients_); },
            [this] { at::mm_out(y_, x_, w_.t()); },
            [this] { at::mm_out(dx_, dy_, w_); },
            [this] { at::mm_out(dw_, dy_.t(), x_); }};
  }

 private:
  static at::Tensor random(int64_t rows, int64_t columns) {
    constexpr auto kType = std::is_same_v<Real, float> ? at::kFloat : at::kBFloat16;
    return at::randn({rows, columns}).to(kType);
  }
  static Real* data(const at::Tensor& t) { return static_cast<Real*>(t.data_ptr()); }

  void forward() {
    Epilogue<Real> epilogue;
    epilogue.out = data(y_);
    epilogue.ld = s_.out;
    epilogue.bias = bias_.data_ptr<float>();
    gemm_.forward(s_.rows, data(x_), s_.in, shape_, forward_.get(), {0, 1}, epilogue);
  }

  void inputGradient() {
    Epilogue<Real> epilogue;
    epilogue.out = data(dx_);
    epilogue.ld = s_.in;
    gemm_.inputGradient(s_.rows, data(dy_), s_.out, shape_, backward_.get(), {0, 1}, epilogue);
  }

  GemmShape s_;
  WeightShape shape_{1, s_.out, s_.in};
  Gemm<Real> gemm_;
  at::Tensor x_, dy_, w_, y_, dx_, dw_, bias_;
  Buffer<Real> forward_, backward_;
  std::vector<WeightGradient<Real, Real>> gradients_{{s_.rows, data(dy_), s_.out, s_.out, data(x_), s_.in, s_.in, data(dw_)}};
};

template <typename Real>
GemmRates measure(const GemmShape& shape, double seconds) {
  MeasuredProducts<Real> products(shape);
  const auto runs = products.all();
  std::array<std::vector<double>, 6> times;
  for (const auto& run : runs) run();
  const double end = now() + seconds;
  while (now() < end || times[0].size() < 3) {
    for (size_t i = 0; i < runs.size(); ++i) {
      const double begin = now();
      runs[i]();
      times[i].push_back(now() - begin);
    }
  }
  const auto rate = [&](size_t first) {
    std::array<double, 3> median{};
    for (size_t i = 0; i < 3; ++i) {
      auto& t = times[first + i];
      std::nth_element(t.begin(), t.begin() + static_cast<int64_t>(t.size() / 2), t.end());
      median[i] = t[t.size() / 2];
    }
    const double work = 2e-9 * static_cast<double>(shape.rows) * static_cast<double>(shape.out) * static_cast<double>(shape.in);
    return GemmRate{work / median[0], work / median[1], work / median[2], 3 * work / (median[0] + median[1] + median[2])};
  };
  return {rate(0), rate(3)};
}

}  // namespace

GemmRates measureGemmRates(const GemmShape& shape, bool bf16, double seconds) {
  const c10::InferenceMode noAutograd;
  return bf16 ? measure<Bf16>(shape, seconds) : measure<float>(shape, seconds);
}

}  // namespace bornagain
