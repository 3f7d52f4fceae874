// The fused engine's kernels that are not matrix products: norms, activations, embeddings, sums, the optimizer. Each works on a range of
// rows and runs on the caller's thread; the engine splits work into ranges that do not depend on the thread count. A table of them exists
// for each instruction set the build knows; `elementwiseTables` gives the best one this CPU has.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/activation.h"
#include "core/kernels/bf16.h"
#include "core/kernels/first_attention.h"
#include "core/kernels/instruction_set.h"
#include "core/kernels/mask_spec.h"

namespace bornagain {

// Rows [begin, end).
struct RowRange {
  int64_t begin;
  int64_t end;
};

// y = norm(residual + dropout(sub)). `Real` is the type of what matrix products read and write. Row r's dropout counter is maskRows[r], or
// r.
template <typename Real>
struct NormForward {
  int64_t columns;
  const Real* sub;              // [R, h]
  const float* residual;        // row residualRows[r], or r
  const int32_t* residualRows;  // may be null
  MaskSpec mask;
  const int32_t* maskRows;  // may be null
  const float* weight;      // [h]
  const float* bias;        // [h]
  float epsilon;
  Real* normalized;  // [R, h] before weight and bias; null in evaluation
  float* rstd;       // [R]; null in evaluation
  float* output;     // [R, h]
  Real* rounded;     // [R, h] the same for the next product; null where Real is float
};

// As NormForward, of the sum of three embeddings, with dropout on the output.
template <typename Real>
struct EmbeddingForward {
  int64_t columns;
  const int32_t* tokenIds;
  const int32_t* positions;
  const uint8_t* typeIds;
  const float* words;
  const float* positionTable;
  const float* typeTable;
  MaskSpec mask;
  const float* weight;
  const float* bias;
  float epsilon;
  Real* normalized;
  float* rstd;
  float* output;
  Real* rounded;
};

// The gradient of both. With `outputMask` the dropout was on the output (embeddings), with `subMask` on the addend (layers).
template <typename Real>
struct NormBackward {
  int64_t columns;
  const float* outputGradient;  // [R, h]
  const Real* normalized;       // [R, h]
  const float* rstd;            // [R]
  const float* weight;          // [h]
  MaskSpec outputMask;
  MaskSpec subMask;
  const int32_t* maskRows;  // may be null
  float* sumGradient;       // [R, h] gradient of the sum, which is the residual's
  Real* subGradient;        // [R, h] gradient of the addend; may be null
};

// In place: values [R, ld] += bias, then activation and its derivative.
template <typename Real>
struct ActivationForward {
  int64_t columns;
  Activation activation;
  const float* bias;
  Real* values;      // [R, columns] in: the product; out: the derivative, where wanted
  Real* activated;   // [R, columns]
  bool derivatives;  // false in evaluation
};

// One AdamW step on a range of values. rate, decay and corrections are those of the parameter (adamw.h).
struct AdamWConstants {
  float gradientScale;
  float beta1;
  float beta2;
  float gain1;            // 1 - beta1, which float's beta1 would give with few digits
  float gain2;            // 1 - beta2
  float decay;            // 1 - rate * weight decay
  float rate;             // rate / (1 - beta1^t)
  float rootCorrection2;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
  bool settles;  // of the steps without a gradient, one in a few: small first moments become 0
};

// One head of one sequence. A query row's dropout counter is firstCounter + row * counterStep. The gradients are for the backward kernel.
template <typename Real>
struct AttentionTask {
  int64_t length;
  int64_t headSize;
  const Real* query;
  const Real* key;
  const Real* value;
  int64_t ld;           // of query, key, value and their gradients
  Real* probabilities;  // [length, probabilityLd(length)] before dropout; null in evaluation
  Real* context;        // forward: written; backward: not used
  int64_t contextLd;
  MaskSpec mask;
  int64_t firstCounter;
  int64_t counterStep;
  const Real* contextGradient;  // leading dimension contextLd
  Real* queryGradient;
  Real* keyGradient;
  Real* valueGradient;
};

// Rows of probabilities are padded to whole vectors.
constexpr int64_t probabilityLd(int64_t length) { return (length + 15) / 16 * 16; }

template <typename Real>
struct ElementwiseKernels {
  void (*normForward)(const NormForward<Real>&, RowRange);
  void (*embeddingForward)(const EmbeddingForward<Real>&, RowRange);
  // partial [3, h]: the range's sums of the gradients of weight, of bias, and of subGradient (the product's bias).
  void (*normBackward)(const NormBackward<Real>&, RowRange, float* partial);
  void (*activationForward)(const ActivationForward<Real>&, RowRange);
  // values [R, ld] += bias [columns]
  void (*addBias)(Real* values, int64_t ld, int64_t columns, const float* bias, RowRange);
  // values *= factors over a range of elements
  void (*multiply)(Real* values, const Real* factors, RowRange);
  // out = a + addend (addend may be null) over a range of elements; out may be addend
  void (*addTo)(float* out, const Real* a, const float* addend, RowRange);
  // partial [columns]: the range's sum over rows of values [R, ld]
  void (*columnSums)(const Real* values, int64_t ld, int64_t columns, RowRange, float* partial);
  // out = tanh(a), and the way back: out = gradient * (1 - tanh²)
  void (*tanh)(const Real* a, float* out, RowRange);
  void (*tanhBackward)(const float* gradient, const float* tanh, Real* out, RowRange);
  // out [columns] = row [columns] times the mask of row `counter`; may be in place
  void (*dropRow)(const float* row, int64_t columns, const MaskSpec& mask, int64_t counter, float* out);
  double (*sumOfSquares)(const Real* values, RowRange);
  double (*sumOfSquaresF32)(const float* values, RowRange);
  // out [columns] = sum of the rows rows[0 .. n) of table [., columns]
  void (*sumRows)(const float* table, int64_t columns, const int32_t* rows, int64_t n, float* out);
  void (*adamW)(const AdamWConstants&, float* values, float* first, float* second, const Real* gradient, RowRange);
  void (*adamWF32)(const AdamWConstants&, float* values, float* first, float* second, const float* gradient, RowRange);
  // `count` steps without a gradient, on a row
  void (*adamWReplay)(const AdamWConstants* steps, int64_t count, float* values, float* first, float* second, int64_t columns);
  // `scratch` has attentionScratch(length, headSize) floats.
  void (*attentionForward)(const AttentionTask<Real>&, float* scratch);
  void (*attentionBackward)(const AttentionTask<Real>&, float* scratch);
  int64_t (*attentionScratch)(int64_t length, int64_t headSize);
  FirstAttentionKernels<Real> firstAttention;
  void (*round)(const float* values, Real* out, RowRange);
};

struct ElementwiseTables {
  ElementwiseKernels<float> fp32;
  ElementwiseKernels<Bf16> bf16;

  template <typename Real>
  [[nodiscard]] const ElementwiseKernels<Real>& of() const {
    if constexpr (std::is_same_v<Real, float>) {
      return fp32;
    } else {
      return bf16;
    }
  }
};

const ElementwiseTables& elementwiseTables(InstructionSet set = instructionSet());

}  // namespace bornagain
