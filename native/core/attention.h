// Scaled dot-product self-attention over packed rows, each token seeing only its own sequence (Vaswani et al. 2017, section 3.2.1).
#pragma once

#include <ATen/core/Tensor.h>

#include "core/dropout.h"
#include "core/packed.h"

namespace bornagain {

// qkv [T, 3h]: query, key and value side by side, each of `heads` heads. Returns the context [T, h]. `rate` is the dropout on the
// attention probabilities of layer `layer`.
at::Tensor selfAttention(const at::Tensor& qkv, const PackedTokens& tokens, int64_t heads, int64_t layer, const Dropout& dropout,
                         double rate);

}  // namespace bornagain
