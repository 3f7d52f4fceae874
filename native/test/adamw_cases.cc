// AdamW's steps, and the steps that a row without a gradient makes up for, against the same formula of LibTorch's operations in double.
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "elementwise_setting.h"

namespace bornagain::test {

namespace {

// Steps from one that settles to the next, as the fused engine has them.
constexpr int64_t kSettling = 16;

// Of step t, as the fused engine makes them, with a rate and a weight decay that change from step to step. Updates are about as large as
// the values, so that their error shows.
AdamWConstants constantsOf(int64_t t) {
  const double beta1 = 0.9, beta2 = 0.999, rate = 0.05 * (1.5 + std::sin(static_cast<double>(t)));
  const double weightDecay = 0.01 * static_cast<double>(t % 3);
  const auto steps = static_cast<double>(t);
  return {0.3F,
          static_cast<float>(beta1),
          static_cast<float>(beta2),
          static_cast<float>(1 - beta1),
          static_cast<float>(1 - beta2),
          static_cast<float>(1 - rate * weightDecay),
          static_cast<float>(rate / (1 - std::pow(beta1, steps))),
          static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, steps))),
          1e-6F,
          t % kSettling == 0};
}

// A range's parameters. As outputs they have margins.
struct State {
  at::Tensor values;
  at::Tensor first;
  at::Tensor second;

  [[nodiscard]] State copy() const { return {outputOf(values), outputOf(first), outputOf(second)}; }
  [[nodiscard]] State inDouble() const { return {values.to(at::kDouble), first.to(at::kDouble), second.to(at::kDouble)}; }
};

// Moments as gradients near 0.1 leave them. The first row has none, as words that were never seen.
State randomState(at::IntArrayRef sizes) {
  State s{randomNormal(sizes, 1), randomNormal(sizes, 2).mul(0.1), randomNormal(sizes, 3).mul(0.1).square().add(1e-4)};
  if (sizes[0] > 1) {
    s.first[0].zero_();
    s.second[0].zero_();
  }
  return s;
}

// One step in double.
State stepped(const State& s, const AdamWConstants& k, const at::Tensor& gradient) {
  const at::Tensor g = gradient.to(at::kDouble).mul(k.gradientScale);
  State next{{}, s.first.mul(k.beta1).add(g.mul(k.gain1)), s.second.mul(k.beta2).add(g.square().mul(k.gain2))};
  next.values = s.values.mul(k.decay).sub(next.first.div(next.second.sqrt().mul(k.rootCorrection2).add(k.epsilon)).mul(k.rate));
  return next;
}

void checkState(Context& t, const std::string& what, const State& actual, const std::function<State()>& expected, Tolerance tolerance) {
  std::optional<State> known;
  const auto once = [&]() -> const State& { return known ? *known : known.emplace(expected()); };
  checkOutput(t, what + ", values", actual.values, [&] { return once().values; }, tolerance);
  checkOutput(t, what + ", first moments", actual.first, [&] { return once().first; }, tolerance);
  checkOutput(t, what + ", second moments", actual.second, [&] { return once().second; }, tolerance);
}

template <typename Gradient>
using StepKernel = void (*)(const AdamWConstants&, float*, float*, float*, const Gradient*, RowRange);

template <typename Gradient>
void checkStep(Context& t, const std::string& what, StepKernel<Gradient> kernel, int64_t rows, int64_t columns) {
  // Two or three roundings of each result, of 2^-24 each, and as many of what is taken away from the value.
  constexpr Tolerance kStep{1.5e-7, 1.5e-7};
  const AdamWConstants constants = constantsOf(5);
  const State before = randomState({rows, columns}), after = before.copy();
  const at::Tensor gradient = randomNormal({rows, columns}, 4).mul(0.1).to(kType<Gradient>);
  if (rows > 1) gradient[0].zero_();
  parallelRows(rows * columns, kPiece, [&](RowRange range, int64_t) {
    kernel(constants, data<float>(after.values), data<float>(after.first), data<float>(after.second), data<Gradient>(gradient), range);
  });
  checkState(t, sized(what, rows, columns), after, [&] { return stepped(before.inDouble(), constants, gradient); }, kStep);
}

template <typename Real>
void adamW(Context& t) {
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  for (const auto& [rows, columns] : kSizes) {
    checkStep<Real>(t, "a step", kernels.adamW, rows, columns);
    checkStep<float>(t, "a step of fp32 gradients", kernels.adamWF32, rows, columns);
  }
}

// Steps 1 .. count without a gradient, in double. A first moment is 0 from the settling step on at which it moved its value by less than
// 1e-9 of the rate; values are not to show it, so theirs go on without.
State faded(const State& before, int64_t count) {
  State s = before.inDouble();
  at::Tensor moving = s.first.ne(0);
  for (int64_t i = 1; i <= count; ++i) {
    s = stepped(s, constantsOf(i), at::zeros_like(s.values));
    if (constantsOf(i).settles) moving = moving.logical_and(s.first.abs().ge(s.second.sqrt().mul(1e-9)));
  }
  s.first = s.first.mul(moving);
  return s;
}

// Rows make up for the steps [begin, end).
void replay(const Context& t, const State& s, const std::vector<AdamWConstants>& steps, int64_t begin, int64_t end) {
  const auto& kernels = elementwiseTables(t.set()).fp32;
  const int64_t columns = s.values.size(1);
  parallelRows(s.values.size(0), 1, [&](RowRange range, int64_t) {
    const int64_t at = range.begin * columns;
    kernels.adamWReplay(steps.data() + begin, end - begin, data<float>(s.values) + at, data<float>(s.first) + at,
                        data<float>(s.second) + at, columns);
  });
}

void checkReplay(Context& t, const State& before, const std::vector<AdamWConstants>& steps, int64_t count) {
  // Each step rounds twice or three times by 2^-24 of the value, and the roundings of many steps add up like a random walk.
  const double error = 1.2e-7 * std::sqrt(static_cast<double>(count));
  const std::string what = sized(std::to_string(count) + " missed steps", before.values.size(0), before.values.size(1));
  const State once = before.copy();
  replay(t, once, steps, 0, count);
  checkState(t, what, once, [&] { return faded(before, count); }, {error, error});
  for (const int64_t split : {1, 9, 16, 700}) {
    if (split >= count) continue;
    const State twice = before.copy();
    replay(t, twice, steps, 0, split);
    replay(t, twice, steps, split, count);
    checkState(t, what + ", in two parts", twice, [&] { return once.inDouble(); }, kExact);
  }
}

void missedSteps(Context& t) {
  std::vector<AdamWConstants> steps;
  for (int64_t i = 1; i <= 1000; ++i) steps.push_back(constantsOf(i));
  for (const int64_t columns : kColumns) {
    const State before = randomState({3, columns});
    // Moments that fade at the first settling step: those of the last row, and here and there one of a row that goes on.
    before.first[2].mul_(1e-10);
    before.first.slice(1, 0, columns, 5).mul_(1e-10);
    for (const int64_t count : {1, 2, 15, 16, 17, 1000}) checkReplay(t, before, steps, count);
  }
}

}  // namespace

std::vector<Case> adamWCases() {
  return {{"AdamW fp32", adamW<float>}, {"AdamW bf16", adamW<Bf16>}, {"AdamW without a gradient", missedSteps}};
}

}  // namespace bornagain::test
