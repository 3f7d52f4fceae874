// The linear layers' matrix products with what is fused to them. `w` is a Dense whose rows [begin, end) take part: all of them, or whole
// parts of a stack (the query alone). x is [rows, in], y and dy are [rows, end - begin].
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/engines/fused/weights.h"
#include "core/kernels/gemm.h"

namespace bornagain::fused {

// Rows with a leading dimension.
template <typename Real>
struct Rows {
  Real* data;
  int64_t ld;

  [[nodiscard]] Real* at(int64_t row) const { return data + row * ld; }
};

template <typename Real>
struct Slice {
  Dense<Real>& dense;
  int64_t begin;
  int64_t end;

  explicit Slice(Dense<Real>& all) : dense(all), begin(0), end(all.weight.stack.rows()) {}
  Slice(Dense<Real>& part, int64_t first, int64_t last) : dense(part), begin(first), end(last) {}

  [[nodiscard]] int64_t out() const { return end - begin; }
  [[nodiscard]] int64_t in() const { return dense.weight.stack.columns; }
  [[nodiscard]] const float* bias() const { return dense.bias.values() + begin; }
};

// A product's operands, from which comes the gradient of its weight.
template <typename Real>
struct GradientOf {
  Slice<Real> w;
  int64_t rows;
  Rows<const Real> dy;
  Rows<const Real> x;
  bool withBias;
};

template <typename Real>
class LinearBackend {
 public:
  LinearBackend() = default;
  LinearBackend(const LinearBackend&) = delete;
  LinearBackend& operator=(const LinearBackend&) = delete;
  virtual ~LinearBackend() = default;

  // Makes room for the copies of a matrix that the products read.
  virtual void prepare(Matrix<Real>& matrix) = 0;
  // Brings them up to date with the values of a tile. Several threads may call it, for different tiles.
  virtual void refresh(const Matrix<Real>& matrix, const WeightTile& tile) = 0;

  // How many of `rows` rows a task of the encoder takes through a layer at a time: all of them where a product is to use all threads
  // itself, else few enough to stay in a core's cache. Calls for the rows of different tasks may run side by side until the next call of
  // this.
  virtual int64_t rowsAtOnce(int64_t rows) = 0;

  // All pointers are to row 0.
  // y = x Wᵀ + b
  virtual void forward(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) = 0;
  // activated = f(x Wᵀ + b), derivative = f'(x Wᵀ + b); both [rows, out] without gaps. In evaluation `derivative` is scratch.
  virtual void forwardActivated(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Activation activation, bool training,
                                Real* activated, Real* derivative) = 0;
  // dx = dy W
  virtual void inputGradient(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, Rows<Real> dx) = 0;
  // dx = (dy W) * factors; factors and dx are [rows, in] without gaps
  virtual void inputGradientTimes(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const Real* factors, Real* dx) = 0;
  // dx = dy W + addend in fp32; addend may be null, and may be dx
  virtual void inputGradientPlus(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const float* addend, float* dx) = 0;

  // Gradients of weights' rows, and of biases', from dy [rows, out] and x [rows, in]; they replace what was there, and the sums of their
  // squares are added to the matrices' gradientSquares.
  virtual void weightGradients(const std::vector<GradientOf<Real>>& wanted) = 0;
};

// On LibTorch's matrix products (MKL, oneDNN, …), for any CPU and size.
template <typename Real>
std::unique_ptr<LinearBackend<Real>> makeLibtorchLinear(const ElementwiseKernels<Real>& kernels);

// On the own products, for the instruction set in use.
template <typename Real>
std::unique_ptr<LinearBackend<Real>> makeOwnLinear();

}  // namespace bornagain::fused
