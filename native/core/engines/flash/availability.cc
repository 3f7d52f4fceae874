#include "core/engines/flash/availability.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include "core/engines/flash/attention.h"

namespace bornagain::flash {

std::optional<std::string> flashAttentionRefusal(const c10::Device& device) {
  const c10::InferenceMode noAutograd;
  try {
    const at::Tensor rows = at::zeros({8, 1, 64}, at::TensorOptions(at::kBFloat16).device(device));
    const at::Tensor offsets = at::tensor({0, 3, 8}, at::kInt).to(device);
    // To the host, so that a kernel that cannot be launched says so here.
    static_cast<void>(flashAttention().forward({rows, rows, rows}, {offsets, offsets, 5, 5}, 0).context.cpu());
    return std::nullopt;
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
}

}  // namespace bornagain::flash
