// The kernels of one instruction set. The build compiles this file once for each, with that set's flags and its name in BORNAGAIN_ISA.
#include "core/kernels/isa/activation.h"
#include "core/kernels/isa/adamw.h"
#include "core/kernels/isa/attention.h"
#include "core/kernels/isa/first_attention.h"
#include "core/kernels/isa/norm.h"
#include "core/kernels/isa/sums.h"

namespace bornagain::BORNAGAIN_ISA {

namespace {

template <typename Real>
constexpr ElementwiseKernels<Real> makeKernels() {
  return {&normForward<Real>,
          &embeddingForward<Real>,
          &normBackward<Real>,
          &activationForward<Real>,
          &addBias<Real>,
          &multiply<Real>,
          &addTo<Real>,
          &columnSums<Real>,
          &tanhForward<Real>,
          &tanhBackward<Real>,
          &dropRow,
          &sumOfSquares<Real>,
          &sumOfSquares<float>,
          &sumRows,
          &adamW<Real>,
          &adamW<float>,
          &adamWReplay,
          &attentionForward<Real>,
          &attentionBackward<Real>,
          &attentionScratch<Real>,
          {&forwardQueries<Real>, &forwardSequence<Real>, &forwardContext<Real>, &backwardContext<Real>, &backwardSequence<Real>,
           &backwardQueries<Real>, &firstAttentionScratch<Real>},
          &roundTo<Real>};
}

}  // namespace

extern const ElementwiseTables tables;
constexpr ElementwiseTables tables{makeKernels<float>(), makeKernels<Bf16>()};

}  // namespace bornagain::BORNAGAIN_ISA
