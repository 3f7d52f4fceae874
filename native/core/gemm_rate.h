// How fast matrix products of a linear layer run on this machine, own kernels and LibTorch's, measured side by side: what a training step's
// rate is compared with.
#pragma once

#include <cstdint>

namespace bornagain {

struct GemmShape {
  int64_t rows;  // tokens
  int64_t out;
  int64_t in;
};

// Billions of floating point operations a second, medians.
struct GemmRate {
  double forward;         // y = x Wᵀ + b
  double inputGradient;   // dx = dy W
  double weightGradient;  // dW = dyᵀ x, packing included
  double all;             // the three one after another
};

struct GemmRates {
  GemmRate own;
  GemmRate libtorch;
};

// Runs for about `seconds` on the threads LibTorch is set to. `bf16`: else fp32.
GemmRates measureGemmRates(const GemmShape& shape, bool bf16, double seconds);

}  // namespace bornagain
