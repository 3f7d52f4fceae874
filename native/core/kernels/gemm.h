// Matrix products of linear layers over packed weights, in fp32 and bf16 with sums in fp32, and what is fused to them. W is [out, in].
// Work is cut by the shape alone, so results do not depend on the thread count.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/activation.h"
#include "core/kernels/bf16.h"
#include "core/kernels/buffer.h"
#include "core/kernels/instruction_set.h"

namespace bornagain {

// Columns of one panel of a packed matrix, and the grain of WeightTile.
constexpr int64_t kPanel = 32;

// W [parts * partRows, columns]: one matrix or several stacked ones (query, key, value), each of which can be used alone.
struct WeightShape {
  int64_t parts;
  int64_t partRows;
  int64_t columns;

  [[nodiscard]] int64_t rows() const { return parts * partRows; }
};

// Elements of a packed copy for y = x Wᵀ, and of one for dx = dy W; more than rows * columns, as panels are padded with zeros.
template <typename Real>
int64_t packedForwardSize(const WeightShape& shape);
template <typename Real>
int64_t packedBackwardSize(const WeightShape& shape);

// A piece of one part. Begins are multiples of kPanel; ends too, or the part's end. Tiles write different memory of a packed copy.
struct WeightTile {
  int64_t part;
  int64_t rowBegin;
  int64_t rowEnd;
  int64_t columnBegin;
  int64_t columnEnd;
};

// Parts [begin, end) of a stack.
struct PartRange {
  int64_t begin;
  int64_t end;
};

// What becomes of a product C [M, N]; columns are counted from the first of those computed.
template <typename Real>
struct Epilogue {
  enum class Kind {
    kStore,     // out = C + bias
    kStream,    // out = C, past the caches: out and its rows are multiples of 64 bytes, the columns of kPanel
    kActivate,  // out = f(C + bias), derivative = f'(C + bias)
    kMultiply,  // out = C * factors
    kAddF32,    // sum = C + bias + addend
  };
  Kind kind = Kind::kStore;
  const float* bias = nullptr;  // [N]; null: none
  Real* out = nullptr;          // [M, ld]
  Activation activation = Activation::kGelu;
  Real* derivative = nullptr;     // [M, ld]; null in evaluation
  const Real* factors = nullptr;  // [M, ld]; may be out
  float* sum = nullptr;           // [M, ld]
  const float* addend = nullptr;  // [M, ld]; null: none; may be sum
  int64_t ld = 0;                 // of all of these
};

// gradient [out, in] = dyᵀ x without gaps, from dy [rows, out] and x [rows, in]. `Gradient` is float or Real.
template <typename Real, typename Gradient>
struct WeightGradient {
  int64_t rows;
  const Real* dy;
  int64_t ldy;
  int64_t out;
  const Real* x;
  int64_t ldx;
  int64_t in;
  Gradient* gradient;
  float* biasGradient = nullptr;  // [out] = the sum of dy's rows; may be null
  double squares = 0;             // set: the sum of the squares of the gradient, before rounding
};

template <typename Real>
struct GemmKernels;

// One thread at a time calls it; it uses OpenMP's threads. Holds scratch memory that grows and is reused. After `reserve`, the threads of a
// parallel region may call `forward` and `inputGradient` side by side, where rows are whole words: each call is then its thread's alone.
template <typename Real>
class Gemm {
 public:
  explicit Gemm(InstructionSet set = instructionSet());

  // Makes the scratch memory of all threads.
  void reserve() { kept(); }

  // Refreshes the packed copies from a tile of the fp32 values, given at (rowBegin, columnBegin) with leading dimension ld; either copy may
  // be null. Runs on the caller's thread; several threads may call it.
  void pack(const WeightShape& shape, const WeightTile& tile, const float* values, int64_t ld, Real* forward, Real* backward) const;

  // The whole of W on all threads; part p is values[p] [partRows, columns] without gaps.
  void packAll(const WeightShape& shape, const float* const* values, Real* forward, Real* backward) const;

  // C [rows, n] = x Wᵀ with x [rows, columns], n the rows of W in `parts`.
  void forward(int64_t rows, const Real* x, int64_t ldx, const WeightShape& shape, const Real* packedForward, PartRange parts,
               const Epilogue<Real>& epilogue);

  // C [rows, columns] = dy W with dy [rows, n].
  void inputGradient(int64_t rows, const Real* dy, int64_t ldy, const WeightShape& shape, const Real* packedBackward, PartRange parts,
                     const Epilogue<Real>& epilogue);

  // All of them, several at once where they are small.
  template <typename Gradient>
  void weightGradients(std::vector<WeightGradient<Real, Gradient>>& wanted);

 private:
  // gemm::kKeptFloats for each thread.
  float* kept();
  // All of them at once.
  template <typename Gradient>
  void weightGradientsTogether(std::span<WeightGradient<Real, Gradient>> wanted);

  const GemmKernels<Real>& kernels_;
  Buffer<Real> left_;
  Buffer<Real> right_;
  Buffer<float> sums_;
  Buffer<float> kept_;
};

}  // namespace bornagain
