// What of the flash engine can be had on a device.
#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

namespace bornagain::flash {

// Why LibTorch's flash attention does not compute in bf16 on a CUDA device: the device is too old, or LibTorch was built without it. Found
// by trying. No value: it does.
std::optional<std::string> flashAttentionRefusal(const c10::Device& device);

}  // namespace bornagain::flash
