// The linear backend on the own matrix products: packed weights, everything around a product in its epilogue.
#include "core/engines/fused/linear.h"

namespace bornagain::fused {

namespace {

template <typename Real>
class OwnLinear final : public LinearBackend<Real> {
 public:
  void prepare(Matrix<Real>& matrix) override {
    const WeightShape shape = shapeOf(matrix);
    matrix.packedForward.ensure(packedForwardSize<Real>(shape));
    matrix.packedBackward.ensure(packedBackwardSize<Real>(shape));
  }

  void refresh(const Matrix<Real>& matrix, const WeightTile& tile) override {
    const int64_t ld = matrix.stack.columns;
    const float* values = matrix.stack.parts[tile.part].values + tile.rowBegin * ld + tile.columnBegin;
    gemm_.pack(shapeOf(matrix), tile, values, ld, matrix.packedForward.get(), matrix.packedBackward.get());
  }

  void forward(int64_t rows, Rows<const Real> x, const Slice<Real>& w, Rows<Real> y) override {
    Epilogue<Real> epilogue;
    epilogue.bias = w.bias();
    epilogue.out = y.data;
    epilogue.ld = y.ld;
    multiply(rows, x, w, epilogue);
  }

  void forwardActivated(int64_t rows, Rows<const Real> x, const Slice<Real>& w, Activation activation, bool training, Real* activated,
                        Real* derivative) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kActivate;
    epilogue.bias = w.bias();
    epilogue.activation = activation;
    epilogue.out = activated;
    epilogue.derivative = training ? derivative : nullptr;
    epilogue.ld = w.out();
    multiply(rows, x, w, epilogue);
  }

  void inputGradient(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, Rows<Real> dx) override {
    Epilogue<Real> epilogue;
    epilogue.out = dx.data;
    epilogue.ld = dx.ld;
    multiplyBack(rows, dy, w, epilogue);
  }

  void inputGradientTimes(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, const Real* factors, Real* dx) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kMultiply;
    epilogue.factors = factors;
    epilogue.out = dx;
    epilogue.ld = w.in();
    multiplyBack(rows, dy, w, epilogue);
  }

  void inputGradientPlus(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, const float* addend, float* dx) override {
    Epilogue<Real> epilogue;
    epilogue.kind = Epilogue<Real>::Kind::kAddF32;
    epilogue.sum = dx;
    epilogue.addend = addend;
    epilogue.ld = w.in();
    multiplyBack(rows, dy, w, epilogue);
  }

  void weightGradient(int64_t rows, Rows<const Real> dy, Rows<const Real> x, const Slice<Real>& w, bool withBias) override {
    auto& matrix = w.dense.weight;
    matrix.gradientSquares +=
        gemm_.weightGradient(rows, dy.data, dy.ld, w.out(), x.data, x.ld, w.in(), matrix.gradient.get() + w.begin * w.in(),
                             withBias ? w.dense.bias.gradient.get() + w.begin : nullptr);
  }

 private:
  static WeightShape shapeOf(const Matrix<Real>& matrix) {
    const auto parts = static_cast<int64_t>(matrix.stack.parts.size());
    return {parts, matrix.stack.rows() / parts, matrix.stack.columns};
  }

  static PartRange partsOf(const Slice<Real>& w, const WeightShape& shape) { return {w.begin / shape.partRows, w.end / shape.partRows}; }

  void multiply(int64_t rows, Rows<const Real> x, const Slice<Real>& w, const Epilogue<Real>& epilogue) {
    const WeightShape shape = shapeOf(w.dense.weight);
    gemm_.forward(rows, x.data, x.ld, shape, w.dense.weight.packedForward.get(), partsOf(w, shape), epilogue);
  }

  void multiplyBack(int64_t rows, Rows<const Real> dy, const Slice<Real>& w, const Epilogue<Real>& epilogue) {
    const WeightShape shape = shapeOf(w.dense.weight);
    gemm_.inputGradient(rows, dy.data, dy.ld, shape, w.dense.weight.packedBackward.get(), partsOf(w, shape), epilogue);
  }

  Gemm<Real> gemm_;
};

}  // namespace

template <typename Real>
std::unique_ptr<LinearBackend<Real>> makeOwnLinear() {
  return std::make_unique<OwnLinear<Real>>();
}

template std::unique_ptr<LinearBackend<float>> makeOwnLinear();
template std::unique_ptr<LinearBackend<Bf16>> makeOwnLinear();

}  // namespace bornagain::fused
