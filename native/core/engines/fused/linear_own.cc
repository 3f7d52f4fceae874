// The linear backend on the own matrix products: packed weights, everything around a product in its epilogue.
#include "core/engines/fused/linear.h"
#include "core/engines/fused/sums.h"
#include "core/kernels/gemm_kernels.h"
#include "core/kernels/parallel.h"

namespace bornagain::fused {

namespace {

// Rows of a task: whole tiles of every kernel, whole partial sums and whole tasks of the encoder's norms. Their activations stay in a
// core's second-level cache.
constexpr int64_t kRowsAtOnce = 2 * kSumRows;
// The largest matrix that every task reads for itself: larger ones (768 by 3072) made that a twentieth slower than a product on all
// threads.
constexpr int64_t kMatrixBytes = int64_t{2} << 20;
// Tasks for each thread from which on they are worth it: with fewer, threads would wait for the last ones.
constexpr int64_t kTasksEach = 2;

template <typename Real>
class OwnLinear final : public LinearBackend<Real> {
 public:
  void prepare(Matrix<Real>& matrix) override {
    const WeightShape shape = shapeOf(matrix);
    inBlocks_ = inBlocks_ && shape.partRows % kWordElements<Real> == 0 && shape.columns % kWordElements<Real> == 0 &&
                shape.rows() * shape.columns * static_cast<int64_t>(sizeof(Real)) <= kMatrixBytes;
    matrix.packedForward.ensure(packedForwardSize<Real>(shape));
    matrix.packedBackward.ensure(packedBackwardSize<Real>(shape));
  }

  void refresh(const Matrix<Real>& matrix, const WeightTile& tile) override {
    const int64_t ld = matrix.stack.columns;
    const float* values = matrix.stack.parts[tile.part].values + tile.rowBegin * ld + tile.columnBegin;
    gemm_.pack(shapeOf(matrix), tile, values, ld, matrix.packedForward.get(), matrix.packedBackward.get());
  }

  int64_t rowsAtOnce(int64_t rows) override {
    if (!inBlocks_ || rows < kTasksEach * kRowsAtOnce * maxThreads()) return rows;
    gemm_.reserve();
    return kRowsAtOnce;
  }

  void forward(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) override {
    Epilogue<Real> epilogue;
    epilogue.bias = w.bias();
    epilogue.out = y.at(rows.begin);
    epilogue.ld = y.ld;
    multiply(rows, x, w, epilogue);
  }

  void forwardActivated(RowRange rows, Rows<const Real> x, const Slice<Real>& w, Activation activation, bool training, Real* activated,
                        Real* derivative) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kActivate;
    epilogue.bias = w.bias();
    epilogue.activation = activation;
    epilogue.out = activated + rows.begin * w.out();
    epilogue.derivative = training ? derivative + rows.begin * w.out() : nullptr;
    epilogue.ld = w.out();
    multiply(rows, x, w, epilogue);
  }

  void inputGradient(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, Rows<Real> dx) override {
    Epilogue<Real> epilogue;
    epilogue.out = dx.at(rows.begin);
    epilogue.ld = dx.ld;
    multiplyBack(rows, dy, w, epilogue);
  }

  void inputGradientTimes(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const Real* factors, Real* dx) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kMultiply;
    epilogue.factors = factors + rows.begin * w.in();
    epilogue.out = dx + rows.begin * w.in();
    epilogue.ld = w.in();
    multiplyBack(rows, dy, w, epilogue);
  }

  void inputGradientPlus(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const float* addend, float* dx) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kAddF32;
    epilogue.sum = dx + rows.begin * w.in();
    epilogue.addend = addend == nullptr ? nullptr : addend + rows.begin * w.in();
    epilogue.ld = w.in();
    multiplyBack(rows, dy, w, epilogue);
  }

  void weightGradients(const std::vector<GradientOf<Real>>& wanted) override {
    gradients_.clear();
    for (const auto& [w, rows, dy, x, withBias] : wanted) {
      gradients_.push_back({rows, dy.data, dy.ld, w.out(), x.data, x.ld, w.in(), w.dense.weight.gradient.get() + w.begin * w.in(),
                            withBias ? w.dense.bias.gradient.get() + w.begin : nullptr});
    }
    gemm_.weightGradients(gradients_);
    for (size_t i = 0; i < wanted.size(); ++i) wanted[i].w.dense.weight.gradientSquares += gradients_[i].squares;
  }

 private:
  static WeightShape shapeOf(const Matrix<Real>& matrix) {
    const auto parts = static_cast<int64_t>(matrix.stack.parts.size());
    return {parts, matrix.stack.rows() / parts, matrix.stack.columns};
  }

  static PartRange partsOf(const Slice<Real>& w, const WeightShape& shape) { return {w.begin / shape.partRows, w.end / shape.partRows}; }

  void multiply(RowRange rows, Rows<const Real> x, const Slice<Real>& w, const Epilogue<Real>& epilogue) {
    const WeightShape shape = shapeOf(w.dense.weight);
    gemm_.forward(rows.end - rows.begin, x.at(rows.begin), x.ld, shape, w.dense.weight.packedForward.get(), partsOf(w, shape), epilogue);
  }

  void multiplyBack(RowRange rows, Rows<const Real> dy, const Slice<Real>& w, const Epilogue<Real>& epilogue) {
    const WeightShape shape = shapeOf(w.dense.weight);
    gemm_.inputGradient(rows.end - rows.begin, dy.at(rows.begin), dy.ld, shape, w.dense.weight.packedBackward.get(), partsOf(w, shape),
                        epilogue);
  }

  Gemm<Real> gemm_;
  std::vector<WeightGradient<Real, Real>> gradients_;
  bool inBlocks_ = true;
};

}  // namespace

template <typename Real>
std::unique_ptr<LinearBackend<Real>> makeOwnLinear() {
  return std::make_unique<OwnLinear<Real>>();
}

template std::unique_ptr<LinearBackend<float>> makeOwnLinear();
template std::unique_ptr<LinearBackend<Bf16>> makeOwnLinear();

}  // namespace bornagain::fused
