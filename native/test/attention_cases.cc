// Attention against LibTorch's matmul, softmax and autograd in double with the plain engine's dropout masks.
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

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

// Packed inputs, outputs and gradients.
template <typename Real>
struct Attention {
  Attention(const Context& t, Setting setting) : s(std::move(setting)), kernels(elementwiseTables(t.set()).of<Real>()) {
    offsets.push_back(0);
    for (const int64_t length : s.lengths) offsets.push_back(offsets.back() + length);
    const int64_t tokens = offsets.back(), hidden = s.heads * s.headSize;
    qkv = randomNormal({tokens, 3 * hidden}, 1, kType<Real>);
    contextGradient = randomNormal({tokens, hidden}, 2, kType<Real>);
    context = at::full({tokens, hidden}, 77, kType<Real>);
    gradient = at::full({tokens, 3 * hidden}, 77, kType<Real>);
  }

  // As the fused engine calls it: a task for each sequence and head.
  void run() {
    const auto sequences = static_cast<int64_t>(s.lengths.size());
    std::vector<int64_t> probabilityOffsets(1, 0);
    for (const int64_t n : s.lengths) probabilityOffsets.push_back(probabilityOffsets.back() + s.heads * n * probabilityLd(n));
    Buffer<Real> probabilities(probabilityOffsets.back());
    const int64_t size = kernels.attentionScratch(*std::max_element(s.lengths.begin(), s.lengths.end()), s.headSize);
    Buffer<float> scratch(size * maxThreads());
    for (const auto kernel : {kernels.attentionForward, kernels.attentionBackward}) {
      parallelTasks(sequences * s.heads, [&](int64_t i, int thread) {
        AttentionTask<Real> t = task(i / s.heads, i % s.heads);
        t.probabilities = probabilities.get() + probabilityOffsets[i / s.heads] + i % s.heads * t.length * probabilityLd(t.length);
        kernel(t, scratch.get() + thread * size);
      });
    }
  }

  AttentionTask<Real> task(int64_t sequence, int64_t head) {
    const int64_t column = head * s.headSize, hidden = s.heads * s.headSize;
    const int64_t row = offsets[sequence];
    AttentionTask<Real> t{};
    t.length = s.lengths[sequence];
    t.headSize = s.headSize;
    t.query = data<Real>(qkv) + row * 3 * hidden + column;
    t.key = t.query + hidden;
    t.value = t.key + hidden;
    t.ld = 3 * hidden;
    t.context = data<Real>(context) + row * hidden + column;
    t.contextLd = hidden;
    t.mask = maskOf(s);
    t.firstCounter = row * s.heads + head;
    t.counterStep = s.heads;
    t.contextGradient = data<Real>(contextGradient) + row * hidden + column;
    t.queryGradient = data<Real>(gradient) + row * 3 * hidden + column;
    t.keyGradient = t.queryGradient + hidden;
    t.valueGradient = t.keyGradient + hidden;
    return t;
  }

  // The context of one sequence from its rows [n, 3h], in double.
  [[nodiscard]] at::Tensor reference(const at::Tensor& rows, int64_t sequence) const {
    const int64_t n = s.lengths[sequence];
    const at::Tensor split = rows.view({n, 3, s.heads, s.headSize}).permute({1, 2, 0, 3});
    at::Tensor p = split[0].matmul(split[1].transpose(1, 2)).div(std::sqrt(static_cast<double>(s.headSize))).softmax(-1);
    std::vector<int64_t> counters;
    for (int64_t head = 0; head < s.heads; ++head) {
      for (int64_t i = 0; i < n; ++i) counters.push_back((offsets[sequence] + i) * s.heads + head);
    }
    p = applyDropout(p, kKey, DropoutSite::attentionProbabilities(kLayer), counters, s.rate);
    return p.matmul(split[2]).transpose(0, 1).reshape({n, s.heads * s.headSize});
  }

  // Context [T, h] and gradient [T, 3h].
  [[nodiscard]] std::pair<at::Tensor, at::Tensor> reference() const {
    const at::Tensor x = qkv.to(at::kDouble).requires_grad_();
    std::vector<at::Tensor> contexts;
    for (size_t b = 0; b < s.lengths.size(); ++b) {
      contexts.push_back(reference(x.narrow(0, offsets[b], s.lengths[b]), static_cast<int64_t>(b)));
    }
    const at::Tensor all = at::cat(contexts);
    all.backward(contextGradient.to(at::kDouble));
    return {all.detach(), x.grad()};
  }

  Setting s;
  const ElementwiseKernels<Real>& kernels;
  std::vector<int64_t> offsets;
  at::Tensor qkv, contextGradient, context, gradient;
};

template <typename Real>
void checkAttention(Context& t, const Setting& setting, const std::string& what) {
  // Probabilities and their gradients are rounded to bf16 in between.
  constexpr Tolerance kTolerance = std::is_same_v<Real, float> ? kFp32 : Tolerance{1.0 / 64, 1.0 / 64};
  Attention<Real> a(t, setting);
  a.run();
  const int64_t hidden = setting.heads * setting.headSize;
  t.check(what + " context", a.context, [&] { return a.reference().first; }, kTolerance);
  for (int64_t part = 0; part < 3; ++part) {
    t.check(
        what + " gradient of part " + std::to_string(part), a.gradient.narrow(1, part * hidden, hidden),
        [&] { return a.reference().second.narrow(1, part * hidden, hidden); }, kTolerance);
  }
}

template <typename Real>
void attention(Context& t) {
  std::vector<int64_t> lengths(40);
  std::iota(lengths.begin(), lengths.end(), 1);
  checkAttention<Real>(t, {lengths, 2, 32, 0.1}, "lengths 1 to 40, head size 32");
  checkAttention<Real>(t, {{48, 64, 100, 97, 192, 2}, 2, 64, 0.1}, "head size 64");
  checkAttention<Real>(t, {{512}, 1, 64, 0.1}, "length 512");
  checkAttention<Real>(t, {{1}, 1, 1, 0.5}, "one token, head size 1");
  checkAttention<Real>(t, {std::vector<int64_t>(257, 3), 1, 16, 0.1}, "257 sequences");
  for (const int64_t headSize : {5, 20, 33, 80}) {
    checkAttention<Real>(t, {{13, 30, 7}, 3, headSize, 0.2}, "head size " + std::to_string(headSize));
  }
  checkAttention<Real>(t, {{17, 31}, 2, 64, 0}, "no dropout");
}

}  // namespace

std::vector<Case> attentionCases() { return {{"attention fp32", attention<float>}, {"attention bf16", attention<Bf16>}}; }

}  // namespace bornagain::test
