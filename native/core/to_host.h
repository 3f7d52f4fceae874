// What a tensor of any device holds, as numbers of the host.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace bornagain {

// Of fp32, in row-major order. Waits for the device.
inline std::vector<float> toHost(const at::Tensor& tensor) {
  const at::Tensor host = tensor.detach().cpu().contiguous();
  return {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()};
}

}  // namespace bornagain
