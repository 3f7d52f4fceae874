// The linear backend on LibTorch's matrix products. Those of fp32 are cut into pieces by their size alone, and a piece is one thread's: how
// MKL divides a product among threads decides the order of its sums, so whole calls would make results depend on the thread count. oneDNN's
// of bf16 are the same on any number of threads, and are called whole.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <vector>

#include "core/engines/fused/linear.h"
#include "core/engines/fused/sums.h"
#include "core/kernels/parallel.h"

// MKL's, which LibTorch exports where it has MKL: null elsewhere.
extern "C" __attribute__((weak)) int MKL_Set_Num_Threads_Local(int threads);

namespace bornagain::fused {

namespace {

// Tells MKL, on this thread, to divide products for one thread. LibTorch has it not look whether it runs in a parallel region, so there too
// it cuts them for the session's number of threads, on Intel's CPUs also along the depth, though one thread computes all of it.
class OneMklThread {
 public:
  OneMklThread() : before_(MKL_Set_Num_Threads_Local == nullptr ? 0 : MKL_Set_Num_Threads_Local(1)) {}
  OneMklThread(const OneMklThread&) = delete;
  OneMklThread& operator=(const OneMklThread&) = delete;
  ~OneMklThread() {
    if (MKL_Set_Num_Threads_Local != nullptr) MKL_Set_Num_Threads_Local(before_);
  }

 private:
  int before_;
};

// Elements of one task of an elementwise pass.
constexpr int64_t kElements = 16384;
// A product of fp32 in pieces: MKL lays out both operands anew for each, so pieces are wide and high, as far as threads then have even
// shares.
constexpr int64_t kPieces = 12;
constexpr int64_t kPieceColumns = 512;
constexpr int64_t kPieceRows = 64;

// At most so many columns, and so many rows that there are about kPieces of them. By the product's size alone. Two at least: a single one
// would run outside a parallel region, where another library than MKL may share it out among the threads.
struct Pieces {
  Pieces(int64_t allRows, int64_t allColumns)
      : columns(taskCount(allColumns, std::max<int64_t>(2, taskCount(allColumns, kPieceColumns)))),
        across(taskCount(allColumns, columns)),
        rows(std::max(kPieceRows, taskCount(allRows * across, kPieces))) {}

  int64_t columns, across, rows;
};

template <typename Real>
at::Tensor asTensor(const Real* data, int64_t rows, int64_t columns, int64_t ld) {
  constexpr auto kType = std::is_same_v<Real, float> ? at::kFloat : at::kBFloat16;
  return at::from_blob(const_cast<Real*>(data), {rows, columns}, {ld, 1}, at::TensorOptions(kType));
}

template <typename Real>
class LibtorchLinear final : public LinearBackend<Real> {
 public:
  explicit LibtorchLinear(const ElementwiseKernels<Real>& kernels) : kernels_(kernels) {}

  void prepare(Matrix<Real>& matrix) override {
    if (matrix.shadowed()) matrix.shadow.ensure(matrix.stack.size());
  }

  void refresh(const Matrix<Real>& matrix, const WeightTile& tile) override {
    if (!matrix.shadowed()) return;
    const int64_t ld = matrix.stack.columns, partRows = matrix.stack.rows() / static_cast<int64_t>(matrix.stack.parts.size());
    const float* values = matrix.stack.parts[tile.part].values;
    Real* shadow = matrix.shadow.get() + tile.part * partRows * ld;
    for (int64_t r = tile.rowBegin; r < tile.rowEnd; ++r)
      kernels_.round(values, shadow, {r * ld + tile.columnBegin, r * ld + tile.columnEnd});
  }

  // So all ranges begin at row 0.
  int64_t rowsAtOnce(int64_t rows) override { return rows; }

  void forward(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) override {
    product(rows.end, x, w, y);
    parallelRows(rows, grain(w.out()), [&](RowRange range, int64_t) { kernels_.addBias(y.data, y.ld, w.out(), w.bias(), range); });
  }

  void forwardActivated(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Activation activation, bool training, Real* activated,
                        Real* derivative) override {
    product(rows.end, x, w, {derivative, w.out()});
    const ActivationForward<Real> args{w.out(), activation, w.bias(), derivative, activated, training};
    parallelRows(rows, grain(w.out()), [&](RowRange range, int64_t) { kernels_.activationForward(args, range); });
  }

  void inputGradient(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, Rows<Real> dx) override {
    multiply(asTensor(dx.data, rows.end, w.in(), dx.ld), asTensor(dy.data, rows.end, w.out(), dy.ld), weight(w));
  }

  void inputGradientTimes(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const Real* factors, Real* dx) override {
    inputGradient(rows, dy, w, {dx, w.in()});
    parallelRows(rows.end * w.in(), kElements, [&](RowRange range, int64_t) { kernels_.multiply(dx, factors, range); });
  }

  void inputGradientPlus(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const float* addend, float* dx) override {
    Real* product = scratch_.ensure(rows.end * w.in());
    inputGradient(rows, dy, w, {product, w.in()});
    parallelRows(rows.end * w.in(), kElements, [&](RowRange range, int64_t) { kernels_.addTo(dx, product, addend, range); });
  }

  void weightGradients(const std::vector<GradientOf<Real>>& wanted) override {
    for (const auto& one : wanted) weightGradient(one);
  }

 private:
  void weightGradient(const GradientOf<Real>& wanted) {
    const auto& [w, rows, dy, x, withBias] = wanted;
    multiply(asTensor(w.dense.weight.gradient.get() + w.begin * w.in(), w.out(), w.in(), w.in()),
             asTensor(dy.data, rows, w.out(), dy.ld).t(), asTensor(x.data, rows, w.in(), x.ld));
    if (withBias) columnSums(kernels_, rows, dy.data, dy.ld, w.out(), partials_, w.dense.bias.gradient.get() + w.begin);
    const Real* gradient = w.dense.weight.gradient.get() + w.begin * w.in();
    squares_.assign(taskCount(w.out() * w.in(), kElements), 0);
    parallelRows(w.out() * w.in(), kElements,
                 [&](RowRange range, int64_t task) { squares_[task] = kernels_.sumOfSquares(gradient, range); });
    w.dense.weight.gradientSquares = std::accumulate(squares_.begin(), squares_.end(), w.dense.weight.gradientSquares);
  }

  static int64_t grain(int64_t columns) { return std::max<int64_t>(1, kElements / columns); }

  static at::Tensor weight(const Slice<Real>& w) { return asTensor(w.dense.weight.values() + w.begin * w.in(), w.out(), w.in(), w.in()); }

  static void product(int64_t rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) {
    multiply(asTensor(y.data, rows, w.out(), y.ld), asTensor(x.data, rows, w.in(), x.ld), weight(w).t());
  }

  // With AMX, oneDNN reads rows of the left operand up to a multiple of 32 elements and multiplies the surplus by zeros, which leaves NaN
  // where a slice's neighbour, not yet computed, holds NaN.
  static bool isReadPastItsRows(const at::Tensor& left) {
    constexpr int64_t kDepth = 32;
    return left.stride(1) == 1 && left.stride(0) > left.size(1) && left.size(1) % kDepth != 0;
  }

  // out = left * right
  static void multiply(const at::Tensor& out, const at::Tensor& left, const at::Tensor& right) {
    if constexpr (std::is_same_v<Real, float>) {
      const int64_t rows = out.size(0), columns = out.size(1);
      const Pieces piece(rows, columns);
      at::parallel_for(0, taskCount(rows, piece.rows) * piece.across, 1, [&](int64_t begin, int64_t end) {
        const c10::InferenceMode noAutograd;  // a mode of each thread
        const OneMklThread undivided;
        for (int64_t task = begin; task < end; ++task) {
          const int64_t row = task / piece.across * piece.rows, column = task % piece.across * piece.columns;
          const int64_t height = std::min(piece.rows, rows - row), width = std::min(piece.columns, columns - column);
          at::Tensor part = out.narrow(0, row, height).narrow(1, column, width);
          at::mm_out(part, left.narrow(0, row, height), right.narrow(1, column, width));
        }
      });
    } else {
      at::Tensor whole = out;
      at::mm_out(whole, isReadPastItsRows(left) ? left.contiguous() : left, right);
    }
  }

  const ElementwiseKernels<Real>& kernels_;
  Buffer<Real> scratch_;
  Buffer<float> partials_;
  std::vector<double> squares_;
};

}  // namespace

template <typename Real>
std::unique_ptr<LinearBackend<Real>> makeLibtorchLinear(const ElementwiseKernels<Real>& kernels) {
  return std::make_unique<LibtorchLinear<Real>>(kernels);
}

template std::unique_ptr<LinearBackend<float>> makeLibtorchLinear(const ElementwiseKernels<float>&);
template std::unique_ptr<LinearBackend<Bf16>> makeLibtorchLinear(const ElementwiseKernels<Bf16>&);

}  // namespace bornagain::fused
