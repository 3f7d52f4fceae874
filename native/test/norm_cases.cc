// LayerNorm with what stands around it, and the sum of embeddings, against LibTorch's layer norm in double with the plain engine's masks.
#include <ATen/ops/embedding.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/native_layer_norm.h>
#include <ATen/ops/tensor.h>

#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "norm_setting.h"

namespace bornagain::test {

namespace {

// The sum that is normalised is rounded, as are the mean, each difference from it and the product with 1 / std: a few units of 2^-24, of
// sums up to 8 whose standard deviation is near 1.
constexpr Tolerance kForward{4e-7, 4e-7};

// What a norm is given beside its input, and what it writes.
template <typename Real>
struct Norm {
  Norm(int64_t rows, int64_t columns, bool training)
      : training(training),
        weight(randomNormal({columns}, 3)),
        bias(randomNormal({columns}, 4)),
        normalized(output({rows, columns}, kType<Real>)),
        rstd(output({rows})),
        wide(output({rows, columns})),
        rounded(output({rows, columns}, kType<Real>)) {}

  template <typename Args>
  void giveTo(Args& a) const {
    a.columns = wide.size(1);
    a.weight = data<float>(weight);
    a.bias = data<float>(bias);
    a.epsilon = kEpsilon;
    a.normalized = training ? data<Real>(normalized) : nullptr;
    a.rstd = training ? data<float>(rstd) : nullptr;
    a.output = data<float>(wide);
    a.rounded = std::is_same_v<Real, float> ? nullptr : data<Real>(rounded);
  }

  // `sum` is what is normalised, in double. In evaluation nothing but the output may be written.
  void check(Context& t, const std::string& what, const std::function<at::Tensor()>& sum,
             const std::function<at::Tensor(const at::Tensor&)>& finish) const {
    std::optional<std::tuple<at::Tensor, at::Tensor, at::Tensor>> known;  // without weight and bias
    const auto norm = [&] {
      if (!known) known = at::native_layer_norm(sum(), wide.size(1), {}, {}, kEpsilon);
      return *known;
    };
    const auto untouched = [](const at::Tensor& x) { return at::full_like(x, kUntouched); };
    checkOutput(t, what, wide, [&] { return finish(std::get<0>(norm()).mul(weight).add(bias)); }, kForward);
    checkOutput(
        t, what + ", normalized", normalized, [&] { return training ? std::get<0>(norm()) : untouched(normalized); },
        stored<Real>(kForward));
    checkOutput(t, what + ", 1 / std", rstd, [&] { return training ? std::get<2>(norm()).view(rstd.sizes()) : untouched(rstd); }, kForward);
    checkOutput(
        t, what + ", rounded", rounded, [&] { return std::is_same_v<Real, float> ? untouched(rounded) : wide.to(kType<Real>); }, kExact);
  }

  bool training;
  at::Tensor weight, bias, normalized, rstd, wide, rounded;
};

// A mean far from 0, so that lanes beyond a row's end would be seen in the variance.
at::Tensor uncentred(at::IntArrayRef sizes, uint64_t seed) { return randomNormal(sizes, seed).add(3); }

template <typename Real>
void checkForward(Context& t, int64_t rows, int64_t columns, bool training, bool gathered) {
  const double rate = training ? kRate : 0;
  const std::vector<int32_t> tokens = tokensOf(rows, gathered);
  const at::Tensor sub = randomNormal({rows, columns}, 1, kType<Real>), residual = uncentred({2 * rows, columns}, 2);
  const Norm<Real> norm(rows, columns, training);
  NormForward<Real> a{};
  norm.giveTo(a);
  a.sub = data<Real>(sub);
  a.residual = data<float>(residual);
  a.residualRows = gathered ? tokens.data() : nullptr;
  a.mask = maskAt(site(), rate);
  a.maskRows = gathered ? tokens.data() : nullptr;
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  parallelRows(rows, kGrain, [&](RowRange range, int64_t) { kernels.normForward(a, range); });
  const auto sum = [&] { return dropped(sub.to(at::kDouble), tokens, rate).add(residual.index_select(0, at::tensor(tokens, at::kInt))); };
  const std::string what = std::string(training ? "training" : "evaluation") + (gathered ? ", some rows" : "");
  norm.check(t, sized(what, rows, columns), sum, [](const at::Tensor& y) { return y; });
}

template <typename Real>
void forward(Context& t) {
  for (const auto& [rows, columns] : kSizes) {
    for (const bool training : {true, false}) {
      for (const bool gathered : {true, false}) checkForward<Real>(t, rows, columns, training, gathered);
    }
  }
}

template <typename Real>
void checkEmbeddings(Context& t, int64_t rows, int64_t columns, bool training) {
  const double rate = training ? kRate : 0;
  constexpr int64_t kWords = 50, kPositions = 20, kTypes = 2;
  const at::Tensor words = uncentred({kWords, columns}, 1), positions = randomNormal({kPositions, columns}, 2),
                   types = randomNormal({kTypes, columns}, 5);
  std::vector<int32_t> tokenIds(rows), positionIds(rows);
  std::vector<uint8_t> typeIds(rows);
  for (int64_t r = 0; r < rows; ++r) {
    tokenIds[r] = static_cast<int32_t>(r * 7 % kWords);
    positionIds[r] = static_cast<int32_t>(r % kPositions);
    typeIds[r] = static_cast<uint8_t>(r / 3 % kTypes);
  }
  const Norm<Real> norm(rows, columns, training);
  EmbeddingForward<Real> a{};
  norm.giveTo(a);
  a.tokenIds = tokenIds.data();
  a.positions = positionIds.data();
  a.typeIds = typeIds.data();
  a.words = data<float>(words);
  a.positionTable = data<float>(positions);
  a.typeTable = data<float>(types);
  a.mask = maskAt(site(), rate);
  const auto& kernels = elementwiseTables(t.set()).of<Real>();
  parallelRows(rows, kGrain, [&](RowRange range, int64_t) { kernels.embeddingForward(a, range); });
  const auto rowsOf = [](const at::Tensor& table, const auto& ids) {
    return at::embedding(table.to(at::kDouble), at::tensor(ids).to(at::kLong));
  };
  norm.check(
      t, sized(training ? "training" : "evaluation", rows, columns),
      [&] { return rowsOf(words, tokenIds).add(rowsOf(positions, positionIds)).add(rowsOf(types, typeIds)); },
      [&](const at::Tensor& y) { return dropped(y, tokensOf(rows, false), rate); });
}

template <typename Real>
void embeddings(Context& t) {
  for (const auto& [rows, columns] : kSizes) {
    for (const bool training : {true, false}) checkEmbeddings<Real>(t, rows, columns, training);
  }
}

}  // namespace

std::vector<Case> normCases() {
  return {{"layer norm fp32", forward<float>},
          {"layer norm bf16", forward<Bf16>},
          {"embeddings fp32", embeddings<float>},
          {"embeddings bf16", embeddings<Bf16>}};
}

}  // namespace bornagain::test
