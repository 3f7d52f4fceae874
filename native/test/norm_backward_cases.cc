// The gradient of LayerNorm and of the dropout around it, against LibTorch's layer norm backward in double with the plain engine's masks.
#include <ATen/ops/full_like.h>
#include <ATen/ops/native_layer_norm.h>
#include <ATen/ops/native_layer_norm_backward.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "norm_setting.h"

namespace bornagain::test {

namespace {

// Means of products over a row, and sums over rows, whose roundings add up like a random walk.
constexpr Tolerance kBackward{5e-7, 5e-7};

struct Use {
  const char* name;
  double outputRate;
  double subRate;
  bool gathered;
  bool withSub;  // the addend's gradient is wanted
};

constexpr Use kUses[] = {{"a layer's", 0, kRate, false, true},
                         {"a layer's, some rows", 0, kRate, true, true},
                         {"a layer's, no dropout", 0, 0, false, true},
                         {"the embeddings'", kRate, 0, false, false}};

// The operands of the way back: rows as a norm leaves them, rounded as they are stored.
template <typename Real>
struct Backward {
  Backward(int64_t rows, int64_t columns)
      : gradient(randomNormal({rows, columns}, 1)),
        normalized(std::get<0>(at::native_layer_norm(randomNormal({rows, columns}, 2).to(at::kDouble), columns, {}, {}, kEpsilon))
                       .to(kType<Real>)),
        rstd(randomNormal({rows}, 3).abs().add(0.5)),
        weight(randomNormal({columns}, 4)) {}

  // Gradients of input, weight and bias. LibTorch takes the norm's input; x̂ / rstd is one whose mean is 0 and whose normalised rows are x̂.
  [[nodiscard]] std::tuple<at::Tensor, at::Tensor, at::Tensor> reference(const at::Tensor& outputGradient) const {
    const at::Tensor w = weight.to(at::kDouble), scale = rstd.to(at::kDouble).unsqueeze(1);
    auto gradients = at::native_layer_norm_backward(outputGradient, normalized.to(at::kDouble).div(scale), weight.sizes(),
                                                    at::zeros_like(scale), scale, w, at::zeros_like(w), {true, true, true});
    // A single column has no gradient; LibTorch leaves a rounding error of 1e-17.
    if (weight.numel() == 1) std::get<0>(gradients).zero_();
    return gradients;
  }

  at::Tensor gradient, normalized, rstd, weight;
};

template <typename Real>
void checkBackward(Context& t, int64_t rows, int64_t columns, const Use& use) {
  const std::vector<int32_t> tokens = tokensOf(rows, use.gathered);
  const Backward<Real> b(rows, columns);
  const at::Tensor sumGradient = output({rows, columns}), subGradient = output({rows, columns}, kType<Real>),
                   partials = at::full({taskCount(rows, kGrain), 3, columns}, kUntouched, at::kFloat);
  NormBackward<Real> a{};
  a.columns = columns;
  a.outputGradient = data<float>(b.gradient);
  a.normalized = data<Real>(b.normalized);
  a.rstd = data<float>(b.rstd);
  a.weight = data<float>(b.weight);
  a.outputMask = maskAt(site(), use.outputRate);
  a.subMask = maskAt(site(), use.subRate);
  a.maskRows = use.gathered ? tokens.data() : nullptr;
  a.sumGradient = data<float>(sumGradient);
  a.subGradient = use.withSub ? data<Real>(subGradient) : nullptr;
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  parallelRows(rows, kGrain,
               [&](RowRange range, int64_t task) { kernels.normBackward(a, range, data<float>(partials) + task * 3 * columns); });
  std::optional<std::tuple<at::Tensor, at::Tensor, at::Tensor>> known;
  const auto reference = [&] {
    if (!known) known = b.reference(dropped(b.gradient.to(at::kDouble), tokens, use.outputRate));
    return *known;
  };
  const auto sub = [&] { return dropped(std::get<0>(reference()), tokens, use.subRate); };
  const std::string what = sized(use.name, rows, columns);
  checkOutput(t, what + ", sum's gradient", sumGradient, [&] { return std::get<0>(reference()); }, kBackward);
  checkOutput(
      t, what + ", addend's gradient", subGradient, [&] { return use.withSub ? sub() : at::full_like(subGradient, kUntouched); },
      use.withSub ? stored<Real>(kBackward) : kExact);
  const auto sums = [&] {
    const auto [dx, weight, bias] = reference();
    return at::stack({weight, bias, use.withSub ? sub().sum(0) : at::zeros_like(bias)});
  };
  t.check(what + ", sums over rows", partials.to(at::kDouble).sum(0), sums, kBackward);
}

template <typename Real>
void backward(Context& t) {
  for (const auto& [rows, columns] : kSizes) {
    for (const Use& use : kUses) checkBackward<Real>(t, rows, columns, use);
  }
}

}  // namespace

std::vector<Case> normBackwardCases() {
  return {{"layer norm backward fp32", backward<float>}, {"layer norm backward bf16", backward<Bf16>}};
}

}  // namespace bornagain::test
