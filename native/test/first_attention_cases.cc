// Attention at [CLS] alone against keys and values made of every token, LibTorch's softmax and autograd in double.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "attention_setting.h"
#include "core/dropout.h"
#include "core/kernels/buffer.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "harness.h"

namespace bornagain::test {

namespace {

// Inputs and outputs. B sequences, T tokens, h columns.
template <typename Real>
struct FirstOnly {
  FirstOnly(const Context& t, Setting setting)
      : s(std::move(setting)), kernels(elementwiseTables(t.set()).of<Real>().firstAttention), hidden(s.heads * s.headSize) {
    offsets.push_back(0);
    for (const int64_t length : s.lengths) offsets.push_back(offsets.back() + length);
    const int64_t h = hidden, sequences = count();
    const double spread = 1 / std::sqrt(static_cast<double>(h));
    // A vector may be read past the end of x.
    x = at::empty({offsets.back() * h + 16}, at::kFloat).narrow(0, 0, offsets.back() * h).view({offsets.back(), h});
    x.copy_(randomNormal({offsets.back(), h}, 1));
    queries = randomNormal({sequences, h}, 2, kType<Real>);
    contextGradient = randomNormal({sequences, h}, 3, kType<Real>);
    keyWeight = randomNormal({h, h}, 4).mul_(spread);
    valueWeight = randomNormal({h, h}, 5).mul_(spread);
    keyBias = randomNormal({h}, 6);
    valueBias = randomNormal({h}, 7);
    context = at::full({sequences, h}, 77, kType<Real>);
    queryGradient = at::full({sequences, h}, 77, kType<Real>);
    xGradient = at::full({offsets.back(), h}, 77, at::kFloat);
    keyWeightGradient = at::full({h, h}, 77, kType<Real>);
    valueWeightGradient = at::full({h, h}, 77, kType<Real>);
    valueBiasGradient = at::full({h}, 77, at::kFloat);
  }

  [[nodiscard]] int64_t count() const { return static_cast<int64_t>(s.lengths.size()); }

  // As the fused engine calls it.
  void run() {
    const int64_t sequences = count(), size = s.heads * sequences * firstAttentionLd(hidden);
    Buffer<float> rows(4 * size), kept(2 * s.heads * sequences), probabilities(s.heads * (offsets.back() + 16 * sequences));
    FirstAttention<Real> a{};
    a.sequences = sequences;
    a.heads = s.heads;
    a.headSize = s.headSize;
    a.keyWeight = data<float>(keyWeight);
    a.valueWeight = data<float>(valueWeight);
    a.valueBias = data<float>(valueBias);
    a.queries = data<Real>(queries);
    a.context = data<Real>(context);
    a.u = rows.get();
    a.y = a.u + size;
    a.uGradient = a.y + size;
    a.yGradient = a.uGradient + size;
    a.kept = kept.get();
    a.keptGradient = a.kept + s.heads * sequences;
    a.contextGradient = data<Real>(contextGradient);
    a.queryGradient = data<Real>(queryGradient);
    a.keyWeightGradient = data<Real>(keyWeightGradient);
    a.valueWeightGradient = data<Real>(valueWeightGradient);
    a.valueBiasGradient = data<float>(valueBiasGradient);
    const int64_t scratchSize = kernels.scratchSize(a, *std::max_element(s.lengths.begin(), s.lengths.end()));
    Buffer<float> scratch(scratchSize * maxThreads());
    std::vector<double> squaresOf(2 * s.heads);
    const auto overHeads = [&](auto kernel) {
      parallelTasks(s.heads, [&](int64_t head, int thread) { kernel(head, scratch.get() + thread * scratchSize); });
    };
    const auto overSequences = [&](auto kernel) {
      parallelTasks(sequences,
                    [&](int64_t b, int thread) { kernel(a, sequence(b, probabilities.get()), scratch.get() + thread * scratchSize); });
    };
    overHeads([&](int64_t head, float* memory) { kernels.forwardQueries(a, head, memory); });
    overSequences(kernels.forwardSequence);
    overHeads([&](int64_t head, float* memory) { kernels.forwardContext(a, head, memory); });
    overHeads([&](int64_t head, float* memory) { squaresOf[head] = kernels.backwardContext(a, head, memory); });
    overSequences(kernels.backwardSequence);
    overHeads([&](int64_t head, float* memory) { squaresOf[s.heads + head] = kernels.backwardQueries(a, head, memory); });
    squares = at::full({1}, std::accumulate(squaresOf.begin(), squaresOf.end(), 0.0), at::kDouble);
  }

  FirstAttentionSequence sequence(int64_t b, float* probabilities) const {
    FirstAttentionSequence one{};
    one.index = b;
    one.length = s.lengths[b];
    one.x = data<float>(x) + offsets[b] * hidden;
    one.probabilities = probabilities + s.heads * (offsets[b] + 16 * b);
    one.mask = maskOf(s);
    one.firstCounter = offsets[b] * s.heads;
    one.xGradient = data<float>(xGradient) + offsets[b] * hidden;
    return one;
  }

  struct Reference {
    at::Tensor context, queries, x, keyWeight, valueWeight, valueBias;
  };

  [[nodiscard]] Reference reference() const {
    const auto leaf = [](const at::Tensor& t) { return t.to(at::kDouble).clone().requires_grad_(); };
    const at::Tensor rows = leaf(x), q = leaf(queries), wk = leaf(keyWeight), wv = leaf(valueWeight), bv = leaf(valueBias);
    const at::Tensor keys = rows.matmul(wk.t()).add(keyBias), values = rows.matmul(wv.t()).add(bv);
    std::vector<at::Tensor> contexts;
    for (int64_t b = 0; b < count(); ++b) {
      const auto ofHeads = [&](const at::Tensor& all, int64_t from, int64_t n) {
        return all.narrow(0, from, n).view({n, s.heads, s.headSize}).transpose(0, 1);
      };
      const int64_t n = s.lengths[b];
      at::Tensor p = ofHeads(q, b, 1).matmul(ofHeads(keys, offsets[b], n).transpose(1, 2));
      p = p.div(std::sqrt(static_cast<double>(s.headSize))).softmax(-1);
      std::vector<int64_t> counters(s.heads);
      std::iota(counters.begin(), counters.end(), offsets[b] * s.heads);
      p = applyDropout(p, kKey, DropoutSite::attentionProbabilities(kLayer), counters, s.rate);
      contexts.push_back(p.matmul(ofHeads(values, offsets[b], n)).transpose(0, 1).reshape({1, hidden}));
    }
    const at::Tensor all = at::cat(contexts);
    all.backward(contextGradient.to(at::kDouble));
    return {all.detach(), q.grad(), rows.grad(), wk.grad(), wv.grad(), bv.grad()};
  }

  Setting s;
  const FirstAttentionKernels<Real>& kernels;
  int64_t hidden;
  std::vector<int64_t> offsets;
  at::Tensor x, queries, contextGradient, keyWeight, valueWeight, keyBias, valueBias;
  at::Tensor context, queryGradient, xGradient, keyWeightGradient, valueWeightGradient, valueBiasGradient, squares;
};

template <typename Real>
void checkFirstOnly(Context& t, const Setting& setting, const std::string& what) {
  constexpr Tolerance kRounded = std::is_same_v<Real, float> ? kFp32 : kBf16;
  FirstOnly<Real> f(t, setting);
  f.run();
  t.check(what + " context", f.context, [&] { return f.reference().context; }, kRounded);
  t.check(what + " gradient of the queries", f.queryGradient, [&] { return f.reference().queries; }, kRounded);
  t.check(what + " gradient of x", f.xGradient, [&] { return f.reference().x; }, kFp32);
  t.check(what + " gradient of the keys' weight", f.keyWeightGradient, [&] { return f.reference().keyWeight; }, kRounded);
  t.check(what + " gradient of the values' weight", f.valueWeightGradient, [&] { return f.reference().valueWeight; }, kRounded);
  t.check(what + " gradient of the values' bias", f.valueBiasGradient, [&] { return f.reference().valueBias; }, kFp32);
  t.check(
      what + " squares", f.squares,
      [&] {
        const auto r = f.reference();
        return r.keyWeight.square().sum().add(r.valueWeight.square().sum()).view({1});
      },
      kFp32);
}

template <typename Real>
void firstOnly(Context& t) {
  std::vector<int64_t> lengths(40);
  std::iota(lengths.begin(), lengths.end(), 1);
  checkFirstOnly<Real>(t, {lengths, 2, 32, 0.1}, "lengths 1 to 40, head size 32");
  checkFirstOnly<Real>(t, {{48, 64, 100, 97, 192, 2}, 2, 64, 0.1}, "head size 64");
  checkFirstOnly<Real>(t, {{512}, 1, 64, 0.1}, "length 512");
  checkFirstOnly<Real>(t, {{1}, 1, 1, 0.5}, "one token, head size 1");
  checkFirstOnly<Real>(t, {std::vector<int64_t>(257, 3), 1, 16, 0.1}, "257 sequences");
  for (const int64_t headSize : {5, 20, 33}) {
    checkFirstOnly<Real>(t, {{13, 30, 7}, 3, headSize, 0.2}, "head size " + std::to_string(headSize));
  }
  checkFirstOnly<Real>(t, {{17, 31}, 18, 8, 0}, "eighteen heads, no dropout");
}

}  // namespace

std::vector<Case> firstAttentionCases() { return {{"first tokens fp32", firstOnly<float>}, {"first tokens bf16", firstOnly<Bf16>}}; }

}  // namespace bornagain::test
