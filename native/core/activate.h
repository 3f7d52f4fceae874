// The activation of a feed-forward layer, of LibTorch's operations.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/activation.h"

namespace bornagain {

// Elementwise; x of any shape.
at::Tensor activate(Activation activation, const at::Tensor& x);

}  // namespace bornagain
