// Attention at [CLS] alone (kernels/first_attention.h has the formulas), over fp32 rows and weights as they lie in memory.
#pragma once

#include "core/kernels/first_attention.h"
#include "core/kernels/isa/attention.h"

namespace bornagain::BORNAGAIN_ISA {

template <typename Real>
BORNAGAIN_INLINE int64_t hiddenSize(const FirstAttention<Real>& a) {
  return a.heads * a.headSize;
}

template <typename Real>
BORNAGAIN_INLINE float* ofHead(const FirstAttention<Real>& a, float* all, int64_t head) {
  return all + head * a.sequences * roundUp(hiddenSize(a));
}

template <typename Real>
static int64_t firstAttentionScratch(const FirstAttention<Real>& a, int64_t longest) {
  const int64_t h = roundUp(hiddenSize(a)), d = roundUp(a.headSize), heads = roundUp(a.heads), b = a.sequences;
  const int64_t ofHead = h * d + b * d + (b > h ? b * d : h * d);
  const int64_t ofSequence = heads * (h + 4 * roundUp(longest)) + kTile * h;
  return (ofHead > ofSequence ? ofHead : ofSequence) + 8 * kLanes;
}

BORNAGAIN_INLINE LeftRows floatRows(const float* rows, int64_t ld) { return {reinterpret_cast<const char*>(rows), 4 * ld, 4}; }
// The columns of rows [words, ld].
BORNAGAIN_INLINE LeftRows floatColumns(const float* rows, int64_t ld) { return {reinterpret_cast<const char*>(rows), 4, 4 * ld}; }

BORNAGAIN_INLINE void transposeFloats(const float* rows, int64_t ld, int64_t n, int64_t columns, float* out) {
  transposedWords(rows, ld, n, columns, reinterpret_cast<uint32_t*>(out));
}

// A head's columns of rows [B, h] as floats: [B, roundUp(headSize)].
template <typename Real>
BORNAGAIN_INLINE void takeHead(const FirstAttention<Real>& a, const Real* rows, int64_t head, float* out) {
  const int64_t h = hiddenSize(a), d = roundUp(a.headSize);
  for (int64_t b = 0; b < a.sequences; ++b) {
    forColumns(a.headSize, [&](int64_t c, auto part) { store(out + b * d + c, load(rows + b * h + head * a.headSize + c, part), Full{}); });
  }
}

// out [B, roundUp(h)] = rows [B, roundUp(headSize)] times the head's rows of the weight.
template <typename Real>
BORNAGAIN_INLINE void timesWeight(const FirstAttention<Real>& a, const float* rows, const float* weight, int64_t head, float* copy,
                                  float* out) {
  const int64_t h = hiddenSize(a), ld = roundUp(h), d = a.headSize;
  const float* right = weight + head * d * h;
  // A row's last vector would end in the next row, and the last row's behind the weight.
  if (ld != h) stackedWords(right, h, d, h, reinterpret_cast<uint32_t*>(copy));
  multiplyStrip<float, false>(a.sequences, ld, d, floatRows(rows, roundUp(d)), ld != h ? copy : right, ld, out, ld, false);
}

// out [B, roundUp(headSize)] = rows [B, roundUp(h)] times the transpose of the head's rows of the weight.
template <typename Real>
BORNAGAIN_INLINE void timesWeightTransposed(const FirstAttention<Real>& a, const float* rows, const float* weight, int64_t head,
                                            float* transposed, float* out) {
  const int64_t h = hiddenSize(a), d = roundUp(a.headSize);
  transposeFloats(weight + head * a.headSize * h, h, a.headSize, h, transposed);
  multiplyStrip<float, false>(a.sequences, d, h, floatRows(rows, roundUp(h)), transposed, d, out, d, false);
}

// The head's rows of a weight's gradient [h, h]: the sum over sequences of left [B, roundUp(headSize)] times right [B, roundUp(h)]. Returns
// the sum of its squares.
template <typename Real>
BORNAGAIN_INLINE double weightGradient(const FirstAttention<Real>& a, const float* left, const float* right, int64_t head, float* sums,
                                       Real* gradient) {
  const int64_t h = hiddenSize(a), ld = roundUp(h), d = a.headSize;
  multiplyStrip<float, true>(d, ld, a.sequences, floatColumns(left, roundUp(d)), right, ld, sums, ld, false);
  Vec squares{};
  for (int64_t r = 0; r < d; ++r) {
    forColumns(h, [&](int64_t c, auto part) {
      const Vec x = clear(load(sums + r * ld + c, Full{}), part);
      squares += x * x;
      store(gradient + (head * d + r) * h + c, x, part);
    });
  }
  return static_cast<double>(sumLanes(squares));
}

// out [heads, roundUp(length)] = each head's row of `heads` (u, or y's gradient) times every row of x.
template <typename Real>
BORNAGAIN_INLINE void dotTokens(const FirstAttention<Real>& a, const FirstAttentionSequence& s, const float* heads, float* transposed,
                                float* product, float* out) {
  const int64_t h = hiddenSize(a), ld = roundUp(h), n = roundUp(a.heads);
  transposeFloats(heads + s.index * ld, a.sequences * ld, a.heads, h, transposed);
  multiplyStrip<float, false>(s.length, n, h, floatRows(s.x, h), transposed, n, product, n, false);
  transposeFloats(product, n, s.length, a.heads, out);
}

// Each head's row of out = its row of weights [heads, roundUp(length)] times x.
template <typename Real>
BORNAGAIN_INLINE void sumTokens(const FirstAttention<Real>& a, const FirstAttentionSequence& s, const float* weights, float* out) {
  const int64_t h = hiddenSize(a), ld = roundUp(h);
  multiplyStrip<float, false>(a.heads, ld, s.length, floatRows(weights, roundUp(s.length)), s.x, h, out + s.index * ld, a.sequences * ld,
                              false);
}

// The softmax of one head, as of a query of the usual attention.
template <typename Real>
BORNAGAIN_INLINE AttentionTask<float> softmaxTask(const FirstAttention<Real>& a, const FirstAttentionSequence& s, int64_t head) {
  AttentionTask<float> t{};
  t.length = s.length;
  t.headSize = a.headSize;
  t.probabilities = s.probabilities == nullptr ? nullptr : s.probabilities + head * roundUp(s.length);
  t.mask = s.mask;
  t.firstCounter = s.firstCounter + head;
  return t;
}

template <typename Real>
static void forwardQueries(const FirstAttention<Real>& a, int64_t head, float* memory) {
  Scratch scratch(memory);
  auto* copy = scratch.take<float>(a.headSize * roundUp(hiddenSize(a)));
  auto* queries = scratch.take<float>(a.sequences * roundUp(a.headSize));
  takeHead(a, a.queries, head, queries);
  timesWeight(a, queries, a.keyWeight, head, copy, ofHead(a, a.u, head));
}

template <typename Real>
static void forwardSequence(const FirstAttention<Real>& a, const FirstAttentionSequence& s, float* memory) {
  const int64_t n = roundUp(a.heads), l = roundUp(s.length);
  Scratch scratch(memory);
  auto* transposed = scratch.take<float>(n * hiddenSize(a));
  auto* product = scratch.take<float>(n * l);
  auto* scores = scratch.take<float>(n * l);
  auto* dropped = scratch.take<float>(n * l);
  dotTokens(a, s, a.u, transposed, product, scores);
  for (int64_t head = 0; head < a.heads; ++head) {
    softmaxRow(softmaxTask(a, s, head), 0, scores + head * l, dropped + head * l);
    Vec sum{};
    for (int64_t c = 0; c < l; c += kLanes) sum += load(dropped + head * l + c, Full{});
    a.kept[head * a.sequences + s.index] = sumLanes(sum);
  }
  sumTokens(a, s, dropped, a.y);
}

template <typename Real>
static void forwardContext(const FirstAttention<Real>& a, int64_t head, float* memory) {
  const int64_t h = hiddenSize(a), d = roundUp(a.headSize), column = head * a.headSize;
  Scratch scratch(memory);
  auto* transposed = scratch.take<float>(h * d);
  auto* context = scratch.take<float>(a.sequences * d);
  timesWeightTransposed(a, ofHead(a, a.y, head), a.valueWeight, head, transposed, context);
  for (int64_t b = 0; b < a.sequences; ++b) {
    const float kept = a.kept[head * a.sequences + b];
    forColumns(a.headSize, [&](int64_t c, auto part) {
      store(a.context + b * h + column + c, load(context + b * d + c, Full{}) + load(a.valueBias + column + c, part) * kept, part);
    });
  }
}

template <typename Real>
static double backwardContext(const FirstAttention<Real>& a, int64_t head, float* memory) {
  const int64_t h = hiddenSize(a), d = roundUp(a.headSize), column = head * a.headSize;
  const float* kept = a.kept + head * a.sequences;
  Scratch scratch(memory);
  auto* sums = scratch.take<float>(a.headSize * roundUp(h));
  auto* gradient = scratch.take<float>(a.sequences * d);
  takeHead(a, a.contextGradient, head, gradient);
  timesWeight(a, gradient, a.valueWeight, head, sums, ofHead(a, a.yGradient, head));
  for (int64_t b = 0; b < a.sequences; ++b) {
    Vec sum{};
    forColumns(a.headSize, [&](int64_t c, auto part) { sum += load(gradient + b * d + c, Full{}) * load(a.valueBias + column + c, part); });
    a.keptGradient[head * a.sequences + b] = sumLanes(sum);
  }
  forColumns(a.headSize, [&](int64_t c, auto part) {
    Vec sum{};
    for (int64_t b = 0; b < a.sequences; ++b) sum += load(gradient + b * d + c, Full{}) * kept[b];
    store(a.valueBiasGradient + column + c, sum, part);
  });
  return weightGradient(a, gradient, ofHead(a, a.y, head), head, sums, a.valueWeightGradient);
}

template <typename Real>
static void backwardSequence(const FirstAttention<Real>& a, const FirstAttentionSequence& s, float* memory) {
  const int64_t h = hiddenSize(a), ld = roundUp(h), n = roundUp(a.heads), l = roundUp(s.length);
  Scratch scratch(memory);
  auto* transposed = scratch.take<float>(n * h);
  auto* product = scratch.take<float>(n * l);
  auto* rows = scratch.take<float>(n * l);
  auto* dropped = scratch.take<float>(n * l);
  auto* scoreGradient = scratch.take<float>(n * l);
  auto* strip = scratch.take<float>(kTile * ld);
  dotTokens(a, s, a.yGradient, transposed, product, rows);
  for (int64_t head = 0; head < a.heads; ++head) {
    const float kept = a.keptGradient[head * a.sequences + s.index];
    float* row = rows + head * l;
    for (int64_t c = 0; c < l; c += kLanes) store(row + c, load(row + c, Full{}) + kept, Full{});
    softmaxBackwardRow(softmaxTask(a, s, head), 0, row, dropped + head * l, scoreGradient + head * l);
  }
  sumTokens(a, s, scoreGradient, a.uGradient);
  for (int64_t i = 0; i < s.length; i += kTile) {
    const int64_t tokens = smaller(kTile, s.length - i), from = s.index * ld, step = a.sequences * ld;
    multiplyStrip<float, true>(tokens, ld, a.heads, floatColumns(scoreGradient + i, l), a.u + from, step, strip, ld, false);
    multiplyStrip<float, true>(tokens, ld, a.heads, floatColumns(dropped + i, l), a.yGradient + from, step, strip, ld, true);
    roundRows(strip, tokens, h, s.xGradient + i * h, h);
  }
}

template <typename Real>
static double backwardQueries(const FirstAttention<Real>& a, int64_t head, float* memory) {
  const int64_t h = hiddenSize(a), d = roundUp(a.headSize);
  const float* uGradient = ofHead(a, a.uGradient, head);
  Scratch scratch(memory);
  auto* transposed = scratch.take<float>(h * d);
  auto* queries = scratch.take<float>(a.sequences * d);
  auto* product = scratch.take<float>(a.sequences * d > a.headSize * roundUp(h) ? a.sequences * d : a.headSize * roundUp(h));
  timesWeightTransposed(a, uGradient, a.keyWeight, head, transposed, product);
  roundRows(product, a.sequences, a.headSize, a.queryGradient + head * a.headSize, h);
  takeHead(a, a.queries, head, queries);
  return weightGradient(a, queries, uGradient, head, product, a.keyWeightGradient);
}

}  // namespace bornagain::BORNAGAIN_ISA
