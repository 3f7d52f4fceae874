// The least a test of kernels needs. A case is one function, run under every instruction set of this CPU and on 1, 2 and 3 threads;
// whatever it checks must be close to the plain composition of LibTorch's operations, and the same bytes at each thread count.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/kernels/instruction_set.h"

namespace bornagain::test {

// |actual - expected| <= relative * |expected| + absolute * (largest |expected|)
struct Tolerance {
  double relative;
  double absolute;
};

constexpr Tolerance kFp32{1e-5, 1e-5};
constexpr Tolerance kBf16{1.0 / 128, 1.0 / 1024};  // results rounded to bf16

class Context {
 public:
  // `first`: of the runs at different thread counts, the one that compares with LibTorch.
  Context(InstructionSet set, bool first) : set_(set), first_(first) {}

  [[nodiscard]] InstructionSet set() const { return set_; }

  // `expected` is asked for where it is needed, and computes in double.
  void check(const std::string& what, const at::Tensor& actual, const std::function<at::Tensor()>& expected, Tolerance tolerance);

  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
  // One line for each check: its name and a hash of the bytes.
  [[nodiscard]] const std::vector<std::string>& prints() const { return prints_; }

 private:
  InstructionSet set_;
  bool first_;
  std::vector<std::string> failures_;
  std::vector<std::string> prints_;
};

struct Case {
  const char* name;
  void (*body)(Context&);
};

// The cases of each file; main.cc runs them all.
std::vector<Case> gemmCases();
std::vector<Case> attentionCases();
std::vector<Case> firstAttentionCases();
std::vector<Case> normCases();
std::vector<Case> normBackwardCases();
std::vector<Case> activationCases();
std::vector<Case> sumsCases();
std::vector<Case> adamWCases();

template <typename Real>
constexpr at::ScalarType kType = std::is_same_v<Real, float> ? at::kFloat : at::kBFloat16;

// Standard normal values, the same for the same seed.
at::Tensor randomNormal(at::IntArrayRef sizes, uint64_t seed, at::ScalarType type = at::kFloat);

template <typename T>
T* data(const at::Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

}  // namespace bornagain::test
