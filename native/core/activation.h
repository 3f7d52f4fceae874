// The activations a BERT's feed-forward layer may have.
#pragma once

namespace bornagain {

// gelu with erf, gelu_new (the tanh approximation), relu.
enum class Activation { kGelu, kGeluTanh, kRelu };

}  // namespace bornagain
