// Linear layers' products against LibTorch's matmul in double, over shapes that fill no tile, panel or word.
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scalar_tensor.h>

#include "core/kernels/gemm.h"
#include "harness.h"

namespace bornagain::test {

namespace {

struct Shape {
  int64_t rows, parts, partRows, columns;
};

// Rows and sizes around tiles of 12, panels of 32, words of 2 and chunks of depth; real models' sizes.
constexpr Shape kShapes[] = {{1, 1, 1, 1},      {1, 1, 32, 64},      {5, 3, 7, 33},      {12, 1, 64, 31},   {13, 3, 32, 128},
                             {37, 2, 45, 100},  {25, 3, 48, 96},     {257, 1, 100, 2},   {30, 1, 40, 3072}, {40, 1, 3072, 36},
                             {3001, 1, 33, 17}, {1171, 1, 128, 512}, {2100, 1, 512, 512}};

template <typename Real>
constexpr Tolerance kTolerance = std::is_same_v<Real, float> ? kFp32 : kBf16;

// A layer with packed weights, and its operands as doubles for the reference.
template <typename Real>
struct Layer {
  Layer(const Context& t, const Shape& size)
      : s(size),
        shape{s.parts, s.partRows, s.columns},
        gemm(t.set()),
        x(randomNormal({s.rows, s.columns + 3}, 1, kType<Real>).narrow(1, 0, s.columns)),
        dy(randomNormal({s.rows, shape.rows() + 5}, 2, kType<Real>).narrow(1, 0, shape.rows())),
        weight(randomNormal({shape.rows(), s.columns}, 3)),
        bias(randomNormal({shape.rows()}, 4)) {
    forward.ensure(packedForwardSize<Real>(shape));
    backward.ensure(packedBackwardSize<Real>(shape));
    std::vector<const float*> parts;
    for (int64_t p = 0; p < s.parts; ++p) parts.push_back(data<float>(weight) + p * s.partRows * s.columns);
    gemm.packAll(shape, parts.data(), forward.get(), backward.get());
  }

  [[nodiscard]] at::Tensor rounded() const { return weight.to(kType<Real>).to(at::kDouble); }
  [[nodiscard]] at::Tensor output(int64_t columns, at::ScalarType type = kType<Real>) const { return at::empty({s.rows, columns}, type); }

  Shape s;
  WeightShape shape;
  Gemm<Real> gemm;
  at::Tensor x, dy, weight, bias;
  Buffer<Real> forward, backward;
};

std::string named(const char* what, const Shape& s) {
  return std::string(what) + " " + std::to_string(s.rows) + " x " + std::to_string(s.parts) + " * " + std::to_string(s.partRows) + " x " +
         std::to_string(s.columns);
}

template <typename Real>
void checkForward(Context& t, Layer<Real>& l, PartRange parts) {
  const int64_t begin = parts.begin * l.s.partRows, n = (parts.end - parts.begin) * l.s.partRows;
  const at::Tensor y = l.output(n), bias = l.bias.narrow(0, begin, n);
  Epilogue<Real> e;
  e.bias = data<float>(bias);
  e.out = data<Real>(y);
  e.ld = n;
  l.gemm.forward(l.s.rows, data<Real>(l.x), l.x.stride(0), l.shape, l.forward.get(), parts, e);
  t.check(named("y", l.s), y, [&] { return l.x.to(at::kDouble).matmul(l.rounded().narrow(0, begin, n).t()).add(bias); }, kTolerance<Real>);
}

template <typename Real>
void checkInputGradient(Context& t, Layer<Real>& l, PartRange parts) {
  const int64_t begin = parts.begin * l.s.partRows, n = (parts.end - parts.begin) * l.s.partRows, in = l.s.columns;
  const at::Tensor dy = l.dy.narrow(1, begin, n), dx = l.output(in), sum = randomNormal({l.s.rows, in}, 5), addend = sum.clone();
  const auto product = [&] { return dy.to(at::kDouble).matmul(l.rounded().narrow(0, begin, n)); };
  const at::Tensor factors = randomNormal({l.s.rows, in}, 6, kType<Real>);
  Epilogue<Real> e;
  e.kind = Epilogue<Real>::Kind::kMultiply;
  e.factors = data<Real>(factors);
  e.out = data<Real>(dx);
  e.ld = in;
  l.gemm.inputGradient(l.s.rows, data<Real>(dy), dy.stride(0), l.shape, l.backward.get(), parts, e);
  t.check(named("dx * factors", l.s), dx, [&] { return product().mul(factors); }, kTolerance<Real>);
  e = {};
  e.kind = Epilogue<Real>::Kind::kAddF32;
  e.sum = data<float>(sum);
  e.addend = data<float>(sum);
  e.ld = in;
  l.gemm.inputGradient(l.s.rows, data<Real>(dy), dy.stride(0), l.shape, l.backward.get(), parts, e);
  t.check(named("dx + addend", l.s), sum, [&] { return product().add(addend); }, kFp32);
}

// dW of the layer and, in the same call, of one whose input and output are changed over.
template <typename Real, typename Gradient>
void checkWeightGradients(Context& t, Layer<Real>& l) {
  const int64_t out = l.shape.rows(), in = l.s.columns;
  const at::Tensor dw = at::empty({out, in}, kType<Gradient>), db = at::empty({out}), swapped = at::empty({in, out}, kType<Gradient>);
  const Real *dy = data<Real>(l.dy), *x = data<Real>(l.x);
  std::vector<WeightGradient<Real, Gradient>> wanted{
      {l.s.rows, dy, l.dy.stride(0), out, x, l.x.stride(0), in, data<Gradient>(dw), data<float>(db)},
      {l.s.rows, x, l.x.stride(0), in, dy, l.dy.stride(0), out, data<Gradient>(swapped)}};
  l.gemm.weightGradients(wanted);
  const auto product = [&] { return l.dy.to(at::kDouble).t().matmul(l.x.to(at::kDouble)); };
  t.check(named("dW", l.s), dw, product, kTolerance<Gradient>);
  t.check(named("dW changed over", l.s), swapped, [&] { return product().t(); }, kTolerance<Gradient>);
  t.check(named("db", l.s), db, [&] { return l.dy.to(at::kDouble).sum(0); }, kFp32);
  for (const auto& one : wanted) {
    t.check(named("squares of dW", l.s), at::scalar_tensor(one.squares, at::kDouble), [&] { return product().square().sum(); }, kFp32);
  }
}

template <typename Real>
void linear(Context& t) {
  for (const Shape& s : kShapes) {
    Layer<Real> layer(t, s);
    for (const PartRange parts : {PartRange{0, s.parts}, PartRange{0, 1}, PartRange{s.parts - 1, s.parts}}) {
      checkForward(t, layer, parts);
      checkInputGradient(t, layer, parts);
    }
    checkWeightGradients<Real, Real>(t, layer);
    checkWeightGradients<Real, float>(t, layer);
  }
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh:
      return at::gelu(x, "tanh");
    case Activation::kRelu:
      break;
  }
  return at::relu(x);
}

template <typename Real>
void activated(Context& t) {
  Layer<Real> l(t, {29, 1, 70, 18});
  const at::Tensor y = l.output(70), derivative = l.output(70);
  for (const Activation activation : {Activation::kGelu, Activation::kGeluTanh, Activation::kRelu}) {
    Epilogue<Real> e;
    e.kind = Epilogue<Real>::Kind::kActivate;
    e.activation = activation;
    e.bias = data<float>(l.bias);
    e.out = data<Real>(y);
    e.derivative = data<Real>(derivative);
    e.ld = 70;
    l.gemm.forward(29, data<Real>(l.x), l.x.stride(0), l.shape, l.forward.get(), {0, 1}, e);
    at::Tensor z = l.x.to(at::kDouble).matmul(l.rounded().t()).add(l.bias).requires_grad_();
    t.check("f(y)", y, [&] { return activate(z, activation).detach(); }, kTolerance<Real>);
    t.check(
        "f'(y)", derivative,
        [&] {
          activate(z, activation).sum().backward();
          return z.grad();
        },
        kTolerance<Real>);
  }
}

// A tile packed alone gives what packing everything gives.
template <typename Real>
void tiles(Context& t) {
  Layer<Real> l(t, {9, 3, 41, 70});
  const at::Tensor changed = randomNormal(l.weight.sizes(), 7);
  for (int64_t part = 0; part < 3; ++part) {
    for (int64_t row = 0; row < 41; row += kPanel) {
      for (int64_t column = 0; column < 70; column += kPanel) {
        const WeightTile tile{part, row, std::min<int64_t>(41, row + kPanel), column, std::min<int64_t>(70, column + kPanel)};
        l.gemm.pack(l.shape, tile, data<float>(changed) + (part * 41 + row) * 70 + column, 70, l.forward.get(), l.backward.get());
      }
    }
  }
  l.weight.copy_(changed);
  checkForward(t, l, {0, 3});
  checkInputGradient(t, l, {1, 3});
}

}  // namespace

std::vector<Case> gemmCases() {
  return {{"linear fp32", linear<float>},
          {"linear bf16", linear<Bf16>},
          {"linear and activation fp32", activated<float>},
          {"linear and activation bf16", activated<Bf16>},
          {"weight tiles fp32", tiles<float>},
          {"weight tiles bf16", tiles<Bf16>}};
}

}  // namespace bornagain::test
