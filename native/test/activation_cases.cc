// Activations and their derivatives, and tanh and its gradient, against LibTorch's in double.
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "elementwise_setting.h"

namespace bornagain::test {

namespace {

// The functions are within two units in the last place (vector_math.h), and what they are multiplied with adds as much. Where 1 - erf(x)
// cancels, the error is one of the terms', so it is measured by the largest value.
constexpr Tolerance kFunction{2.5e-7, 1e-7};
// For bf16 gelu has a formula of its own, whose exponential is off by 7e-6 and whose erf by 1.5e-7 (activation.h).
constexpr Tolerance kGeluForBf16{2e-5, 1e-6};
// AVX-512's reciprocal for it is off by up to 2^-14, to which 1 - erf answers with up to 3.5 times that. Where the derivative is 0, two
// terms with that error cancel.
constexpr Tolerance kGeluForAvx512{1.0 / 4096, 1e-6};
constexpr Tolerance kGeluDerivativeForAvx512{1.0 / 4096, 1e-4};
// 1 - tanh² cancels far from 0, and x (1 + 0.134 x²) multiplies what the last place of tanh makes of it.
constexpr Tolerance kTanhDerivative{2.5e-7, 1e-6};

struct Activated {
  at::Tensor value;
  at::Tensor derivative;
};

Activated reference(const at::Tensor& x, Activation activation) {
  if (activation == Activation::kRelu) return {at::relu(x), x.gt(0)};
  const char* approximate = activation == Activation::kGelu ? "none" : "tanh";
  return {at::gelu(x, approximate), at::gelu_backward(at::ones_like(x), x, approximate)};
}

const char* nameOf(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      return "gelu with tanh";
    case Activation::kRelu:
      break;
  }
  return "relu";
}

struct Tolerances {
  Tolerance value;
  Tolerance derivative;
};

template <typename Real>
Tolerances tolerancesOf(Activation activation, InstructionSet set) {
  const bool exactReciprocal = set == InstructionSet::kPortable || set == InstructionSet::kAvx2;
  switch (activation) {
    case Activation::kGelu:
      if (std::is_same_v<Real, float>) return {kFunction, kFunction};
      if (exactReciprocal) return {stored<Real>(kGeluForBf16), stored<Real>(kGeluForBf16)};
      return {stored<Real>(kGeluForAvx512), stored<Real>(kGeluDerivativeForAvx512)};
    case Activation::kGeluTanh:
      return {stored<Real>(kFunction), stored<Real>(kTanhDerivative)};
    case Activation::kRelu:
      break;
  }
  return {stored<Real>(kExact), kExact};
}

// x [R, h] and bias [h].
template <typename Real>
void checkActivation(Context& t, const std::string& what, const at::Tensor& x, const at::Tensor& bias, bool derivatives) {
  const at::Tensor before = x.to(kType<Real>);
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  for (const Activation activation : {Activation::kGelu, Activation::kGeluTanh, Activation::kRelu}) {
    const at::Tensor values = outputOf(before), activated = output(x.sizes(), kType<Real>);
    const ActivationForward<Real> a{x.size(1), activation, data<float>(bias), data<Real>(values), data<Real>(activated), derivatives};
    parallelRows(x.size(0), kGrain, [&](RowRange range, int64_t) { kernels.activationForward(a, range); });
    // The kernel's own sum, so that only the function's error is left.
    const auto expected = [&] { return reference(before.to(at::kFloat).add(bias).to(at::kDouble), activation); };
    const std::string name = nameOf(activation) + (", " + what);
    const Tolerances tolerances = tolerancesOf<Real>(activation, t.set());
    checkOutput(t, name, activated, [&] { return expected().value; }, tolerances.value);
    checkOutput(
        t, name + ", derivative", values, [&] { return derivatives ? expected().derivative : before; },
        derivatives ? tolerances.derivative : kExact);
  }
}

template <typename Real>
void activation(Context& t) {
  for (const auto& [rows, columns] : kSizes) {
    const at::Tensor x = randomNormal({rows, columns}, 1).mul(3), bias = randomNormal({columns}, 2);
    for (const bool training : {true, false}) {
      checkActivation<Real>(t, sized(training ? "training" : "evaluation", rows, columns), x, bias, training);
    }
  }
  // Every piece of every approximation, and beyond: there a value is x or 0, a derivative 1 or 0.
  const at::Tensor line = at::linspace(-12, 12, 4801, at::kFloat).unsqueeze(0);
  checkActivation<Real>(t, "-12 to 12", line, at::zeros({4801}), true);
  for (const double x : {13.0, 40.0, 1e3, 1e5}) {
    checkActivation<Real>(t, "+-" + std::to_string(x), at::tensor({-x, x}, at::kFloat).unsqueeze(0), at::zeros({2}), true);
  }
}

template <typename Real>
void checkTanh(Context& t, const std::string& what, const at::Tensor& x) {
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  const at::Tensor values = x.to(kType<Real>), out = output(x.sizes());
  parallelRows(x.numel(), kPiece, [&](RowRange range, int64_t) { kernels.tanh(data<Real>(values), data<float>(out), range); });
  checkOutput(t, what, out, [&] { return at::tanh(values.to(at::kDouble)); }, {2.4e-7, 0});
}

template <typename Real>
void hyperbolicTangent(Context& t) {
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  for (const int64_t n : kLengths) {
    const std::string size = std::to_string(n) + " elements";
    checkTanh<Real>(t, size, randomNormal({n}, 1).mul(2));
    // Few enough bits for 1 - tanh² and its product with the gradient to be exact in fp32.
    const at::Tensor gradient = fewBits({n}, 2), tanh = randomNormal({n}, 3).mul(32).round().clamp(-64, 64).div(64);
    const at::Tensor out = output({n}, kType<Real>);
    parallelRows(n, kPiece,
                 [&](RowRange range, int64_t) { kernels.tanhBackward(data<float>(gradient), data<float>(tanh), data<Real>(out), range); });
    checkOutput(t, size + ", backward", out, [&] { return gradient.mul(tanh.square().neg().add(1)).to(kType<Real>); }, kExact);
  }
  checkTanh<Real>(t, "-12 to 12", at::linspace(-12, 12, 4801, at::kFloat));
  checkTanh<Real>(t, "far away", at::tensor({-1e5, -90.0, -20.0, 0.0, 20.0, 90.0, 1e5}, at::kFloat));
}

}  // namespace

std::vector<Case> activationCases() {
  return {{"activation fp32", activation<float>},
          {"activation bf16", activation<Bf16>},
          {"tanh fp32", hyperbolicTangent<float>},
          {"tanh bf16", hyperbolicTangent<Bf16>}};
}

}  // namespace bornagain::test
