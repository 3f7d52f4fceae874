// The weights' gradients: both operands are packed first, as rows become depth.
#include <algorithm>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

#include "core/kernels/gemm_product.h"
#include "core/kernels/parallel.h"

namespace bornagain {

namespace gemm {

// Columns packed by one task: whole tiles and panels of every kernel.
constexpr int64_t kPackColumns = 384;
// Bytes of packed operands up to which several gradients are computed together: what is packed should still be in a cache when it is read.
constexpr int64_t kTogetherBytes = int64_t{8} << 20;

// Where the packed operands of one gradient are, and how they are packed.
template <typename Real, typename Gradient>
class Packing {
 public:
  Packing(const GemmKernels<Real>& kernels, const WeightGradient<Real, Gradient>& wanted)
      : kernels_(kernels),
        w_(wanted),
        words_(ceilDiv(wordsOf<Real>(w_.rows), kernels.depthGrain) * kernels.depthGrain),
        blocks_(ceilDiv(w_.rows, kPackRows)),
        leftTasks_(ceilDiv(w_.out, kPackColumns) * blocks_) {}

  [[nodiscard]] int64_t leftSize() const { return ceilDiv(w_.out, kernels_.tileRows) * kernels_.tileRows * depth(); }
  [[nodiscard]] int64_t rightSize() const { return panels() * kPanel * depth(); }
  [[nodiscard]] int64_t sumsSize() const { return w_.biasGradient == nullptr ? 0 : blocks_ * w_.out; }
  void place(Real* left, Real* right, float* sums) {
    left_ = left;
    right_ = right;
    sums_ = sums;
  }

  [[nodiscard]] int64_t tasks() const { return leftTasks_ + ceilDiv(w_.in, kPackColumns) * blocks_; }
  void pack(int64_t task) const {
    const bool isLeft = task < leftTasks_;
    if (!isLeft) task -= leftTasks_;
    const int64_t row = task % blocks_ * kPackRows, column = task / blocks_ * kPackColumns, rowEnd = std::min(w_.rows, row + kPackRows);
    if (isLeft) {
      kernels_.packTiles({w_.dy, w_.ldy, row, rowEnd, column, std::min(w_.out, column + kPackColumns)}, kernels_.tileRows * depth(), left_,
                         w_.biasGradient == nullptr ? nullptr : sums_ + task % blocks_ * w_.out + column);
    } else {
      kernels_.packPanels({w_.x, w_.ldx, row, rowEnd, column, std::min(w_.in, column + kPackColumns)}, kPanel * depth(), right_);
    }
  }

  void sumBias() const {
    for (int64_t c = 0; w_.biasGradient != nullptr && c < w_.out; ++c) {
      w_.biasGradient[c] = 0;
      for (int64_t b = 0; b < blocks_; ++b) w_.biasGradient[c] += sums_[b * w_.out + c];
    }
  }

  [[nodiscard]] Product<Real> product() const {
    Epilogue<Real> epilogue;
    epilogue.ld = w_.in;
    if constexpr (std::is_same_v<Gradient, Real>) {
      epilogue.out = w_.gradient;
      if (wholeLines()) epilogue.kind = Epilogue<Real>::Kind::kStream;
    } else {
      epilogue.kind = Epilogue<Real>::Kind::kAddF32;
      epilogue.sum = w_.gradient;
    }
    return {kernels_, {w_.out, words_, left_, 0, right_, kPanel * depth(), panels(), w_.in, words_, epilogue}, panels()};
  }

 private:
  // The optimizer reads it when all gradients are there, so a cache has no use for it.
  [[nodiscard]] bool wholeLines() const { return w_.in % kPanel == 0 && reinterpret_cast<uintptr_t>(w_.gradient) % 64 == 0; }
  [[nodiscard]] int64_t depth() const { return words_ * kWordElements<Real>; }
  [[nodiscard]] int64_t panels() const { return ceilDiv(w_.in, kPanel); }

  const GemmKernels<Real>& kernels_;
  const WeightGradient<Real, Gradient>& w_;
  int64_t words_;
  int64_t blocks_;
  int64_t leftTasks_;
  Real* left_ = nullptr;
  Real* right_ = nullptr;
  float* sums_ = nullptr;
};

// body(item, task of the item, task of all, thread) for all tasks of all items at once.
template <typename Item, typename Body>
void parallelOver(const std::vector<Item>& items, const Body& body) {
  std::vector<int64_t> starts{0};
  for (const Item& item : items) starts.push_back(starts.back() + item.tasks());
  parallelTasks(starts.back(), [&](int64_t task, int thread) {
    const auto item = std::upper_bound(starts.begin(), starts.end(), task) - starts.begin() - 1;
    body(item, task - starts[item], task, thread);
  });
}

// How many of them are computed together: at least one.
template <typename Real, typename Gradient>
size_t together(const GemmKernels<Real>& kernels, std::span<const WeightGradient<Real, Gradient>> wanted) {
  int64_t bytes = 0;
  for (size_t count = 0; count < wanted.size(); ++count) {
    const Packing<Real, Gradient> packing(kernels, wanted[count]);
    bytes += (packing.leftSize() + packing.rightSize()) * static_cast<int64_t>(sizeof(Real));
    if (count > 0 && bytes > kTogetherBytes) return count;
  }
  return wanted.size();
}

}  // namespace gemm

using namespace gemm;

template <typename Real>
template <typename Gradient>
void Gemm<Real>::weightGradients(std::vector<WeightGradient<Real, Gradient>>& wanted) {
  for (std::span rest(wanted); !rest.empty();) {
    const size_t count = together<Real, Gradient>(kernels_, rest);
    weightGradientsTogether(rest.first(count));
    rest = rest.subspan(count);
  }
}

template <typename Real>
template <typename Gradient>
void Gemm<Real>::weightGradientsTogether(std::span<WeightGradient<Real, Gradient>> wanted) {
  std::vector<Packing<Real, Gradient>> packings;
  int64_t left = 0, right = 0, sums = 0;
  for (const auto& one : wanted) {
    const auto& packing = packings.emplace_back(kernels_, one);
    left += packing.leftSize();
    right += packing.rightSize();
    sums += packing.sumsSize();
  }
  Real *leftAt = left_.ensure(left), *rightAt = right_.ensure(right);
  float* sumsAt = sums_.ensure(sums);
  for (auto& packing : packings) {
    packing.place(leftAt, rightAt, sumsAt);
    leftAt += packing.leftSize();
    rightAt += packing.rightSize();
    sumsAt += packing.sumsSize();
  }
  parallelOver(packings, [&](int64_t item, int64_t task, int64_t, int) { packings[item].pack(task); });
  std::vector<Product<Real>> products;
  int64_t tasks = 0;
  for (const auto& packing : packings) {
    packing.sumBias();
    tasks += products.emplace_back(packing.product()).tasks();
  }
  std::vector<double> squares(tasks);
  float* floats = kept();
  parallelOver(products, [&](int64_t item, int64_t task, int64_t all, int thread) {
    squares[all] = products[item].run(task, true, floats + kKeptFloats * thread);
  });
  auto square = squares.begin();
  for (size_t i = 0; i < products.size(); ++i) {
    const auto end = square + products[i].tasks();
    wanted[i].squares = std::accumulate(square, end, 0.0);
    square = end;
  }
}

template void Gemm<float>::weightGradients(std::vector<WeightGradient<float, float>>&);
template void Gemm<Bf16>::weightGradients(std::vector<WeightGradient<Bf16, Bf16>>&);
template void Gemm<Bf16>::weightGradients(std::vector<WeightGradient<Bf16, float>>&);

}  // namespace bornagain
