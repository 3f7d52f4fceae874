// Sums, products, dropout of single rows and rounding. Operands have few bits, or there is but one operation: all of it is held to
// LibTorch's exact numbers.
#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <limits>

#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "elementwise_setting.h"

namespace bornagain::test {

namespace {

// Columns of a matrix that kernels are told to leave alone.
constexpr int64_t kPadding = 3;

template <typename Real>
const ElementwiseKernels<Real>& kernelsOf(const Context& t) {
  return elementwiseTables(t.set()).of<Real>();
}

template <typename Body>
void overPieces(int64_t n, const Body& body) {
  parallelRows(n, kPiece, [&](RowRange range, int64_t) { body(range); });
}

template <typename Real>
void checkBias(Context& t, int64_t rows, int64_t columns) {
  const auto& kernels = kernelsOf<Real>(t);
  const int64_t ld = columns + kPadding;
  const at::Tensor before = randomNormal({rows, ld}, 4, kType<Real>), bias = randomNormal({columns}, 5), values = outputOf(before);
  parallelRows(rows, kGrain, [&](RowRange range, int64_t) { kernels.addBias(data<Real>(values), ld, columns, data<float>(bias), range); });
  const auto expected = [&] {
    const at::Tensor sum = before.narrow(1, 0, columns).to(at::kFloat).add(bias).to(kType<Real>);
    return at::cat({sum, before.narrow(1, columns, kPadding)}, 1);
  };
  checkOutput(t, sized("addBias", rows, columns), values, expected, kExact);
}

template <typename Real>
void elementwise(Context& t) {
  const auto& kernels = kernelsOf<Real>(t);
  for (const int64_t n : kLengths) {
    const std::string size = ", " + std::to_string(n) + " elements";
    const at::Tensor a = randomNormal({n}, 1, kType<Real>), factors = randomNormal({n}, 2, kType<Real>), addend = randomNormal({n}, 3);
    const at::Tensor product = outputOf(a), sum = output({n}), copy = output({n}), inPlace = outputOf(addend);
    overPieces(n, [&](RowRange range) { kernels.multiply(data<Real>(product), data<Real>(factors), range); });
    checkOutput(t, "multiply" + size, product, [&] { return a.to(at::kFloat).mul(factors.to(at::kFloat)).to(kType<Real>); }, kExact);
    overPieces(n, [&](RowRange range) { kernels.addTo(data<float>(sum), data<Real>(a), data<float>(addend), range); });
    checkOutput(t, "addTo" + size, sum, [&] { return a.to(at::kFloat).add(addend); }, kExact);
    overPieces(n, [&](RowRange range) { kernels.addTo(data<float>(copy), data<Real>(a), nullptr, range); });
    checkOutput(t, "addTo without addend" + size, copy, [&] { return a.to(at::kFloat); }, kExact);
    overPieces(n, [&](RowRange range) { kernels.addTo(data<float>(inPlace), data<Real>(a), data<float>(inPlace), range); });
    checkOutput(t, "addTo in place" + size, inPlace, [&] { return a.to(at::kFloat).add(addend); }, kExact);
  }
  for (const auto& [rows, columns] : kSizes) checkBias<Real>(t, rows, columns);
}

template <typename Real>
void checkColumnSums(Context& t, int64_t rows, int64_t columns) {
  const auto& kernels = kernelsOf<Real>(t);
  const int64_t ld = columns + kPadding;
  const at::Tensor values = fewBits({rows, ld}, 1, kType<Real>), partials = output({taskCount(rows, kGrain), columns});
  parallelRows(rows, kGrain, [&](RowRange range, int64_t task) {
    kernels.columnSums(data<Real>(values), ld, columns, range, data<float>(partials) + task * columns);
  });
  const auto expected = [&] {
    std::vector<at::Tensor> sums;
    for (const at::Tensor& part : values.narrow(1, 0, columns).to(at::kDouble).split(kGrain)) sums.push_back(part.sum(0, true));
    return at::cat(sums);
  };
  checkOutput(t, sized("sums", rows, columns), partials, expected, kExact);
}

template <typename Real>
void columnSums(Context& t) {
  for (const auto& [rows, columns] : kSizes) checkColumnSums<Real>(t, rows, columns);
}

template <typename Values>
void checkSquares(Context& t, const std::string& what, double (*kernel)(const Values*, RowRange)) {
  // A million numbers have a sum of squares that fp32 cannot hold: it must be summed in blocks.
  for (const int64_t n : {1, 15, 16, 17, 40, 384, 768, 4095, 4096, 4097, 1'000'003}) {
    const at::Tensor values = fewBits({n + 1}, 1, kType<Values>);
    for (const int64_t begin : {0, 1}) {
      const double squares = kernel(data<Values>(values), {begin, begin + n});
      t.check(
          what + " of " + std::to_string(n) + " from " + std::to_string(begin), at::scalar_tensor(squares, at::kDouble),
          [&] { return values.narrow(0, begin, n).to(at::kDouble).square().sum(); }, kExact);
    }
  }
}

template <typename Real>
void sumOfSquares(Context& t) {
  checkSquares<Real>(t, "squares", kernelsOf<Real>(t).sumOfSquares);
  checkSquares<float>(t, "squares of fp32", kernelsOf<Real>(t).sumOfSquaresF32);
}

template <typename Real>
void sumRows(Context& t) {
  constexpr int64_t kTable = 100;
  for (const int64_t n : {0, 1, 3, 257}) {
    std::vector<int32_t> rows(n);
    for (int64_t i = 0; i < n; ++i) rows[i] = static_cast<int32_t>(i * 37 % kTable);
    for (const int64_t columns : kColumns) {
      const at::Tensor table = fewBits({kTable, columns}, 1), out = output({columns});
      kernelsOf<Real>(t).sumRows(data<float>(table), columns, rows.data(), n, data<float>(out));
      checkOutput(
          t, sized("sums", n, columns), out, [&] { return table.to(at::kDouble).index_select(0, at::tensor(rows, at::kInt)).sum(0); },
          kExact);
    }
  }
}

template <typename Real>
void dropRow(Context& t) {
  const auto& kernels = kernelsOf<Real>(t);
  const DropoutSite site = DropoutSite::pooled();
  for (const double rate : {0.0, 0.1, 0.5}) {
    for (const int64_t columns : kColumns) {
      for (const int64_t counter : {int64_t{0}, int64_t{5}, int64_t{1} << 33}) {
        const at::Tensor row = randomNormal({1, columns}, 1), out = output({1, columns}), inPlace = outputOf(row);
        kernels.dropRow(data<float>(row), columns, maskAt(site, rate), counter, data<float>(out));
        kernels.dropRow(data<float>(inPlace), columns, maskAt(site, rate), counter, data<float>(inPlace));
        const std::string what = "row " + std::to_string(counter) + ", rate " + std::to_string(rate) + ", " + std::to_string(columns);
        for (const at::Tensor& dropped : {out, inPlace}) {
          checkOutput(t, what, dropped, [&] { return applyDropout(row, kMaskKey, site, {counter}, rate); }, kExact);
        }
      }
    }
  }
}

template <typename Real>
at::Tensor rounded(const Context& t, const at::Tensor& values) {
  const at::Tensor out = output(values.sizes(), kType<Real>);
  overPieces(values.numel(), [&](RowRange range) { kernelsOf<Real>(t).round(data<float>(values), data<Real>(out), range); });
  return out;
}

// Bits as integers, so that infinities are compared as well.
at::Tensor bitsOf(const at::Tensor& x) { return x.view(x.scalar_type() == at::kFloat ? at::kInt : at::kShort); }

template <typename Real>
void rounding(Context& t) {
  using Limits = std::numeric_limits<float>;
  for (const int64_t n : kLengths) {
    const at::Tensor values = randomNormal({n}, 1).mul(randomNormal({n}, 2).mul(10).exp2());
    checkOutput(t, std::to_string(n) + " elements", rounded<Real>(t, values), [&] { return values.to(kType<Real>); }, kExact);
  }
  // Zeros; ties to even, down and up; up to the next power of two, and to infinity; the smallest normal number.
  const at::Tensor ends = at::tensor({0.0F, -0.0F, 1.00390625F, 1.01171875F, 1.9999999F, Limits::max(), -Limits::max(), Limits::infinity(),
                                      -Limits::infinity(), Limits::min()},
                                     at::kFloat);
  t.check("ties and ends", bitsOf(rounded<Real>(t, ends)), [&] { return bitsOf(ends.to(kType<Real>)); }, kExact);
  // Its bits may be any of those that stand for it.
  const at::Tensor nothing = at::full({17}, Limits::quiet_NaN(), at::kFloat);
  t.check("NaN", rounded<Real>(t, nothing).isnan(), [&] { return nothing.isnan(); }, kExact);
}

}  // namespace

std::vector<Case> sumsCases() {
  return {
      {"elementwise fp32", elementwise<float>}, {"elementwise bf16", elementwise<Bf16>},      {"column sums fp32", columnSums<float>},
      {"column sums bf16", columnSums<Bf16>},   {"sum of squares fp32", sumOfSquares<float>}, {"sum of squares bf16", sumOfSquares<Bf16>},
      {"sum of rows fp32", sumRows<float>},     {"sum of rows bf16", sumRows<Bf16>},          {"dropout of a row fp32", dropRow<float>},
      {"dropout of a row bf16", dropRow<Bf16>}, {"rounding fp32", rounding<float>},           {"rounding bf16", rounding<Bf16>}};
}

}  // namespace bornagain::test
