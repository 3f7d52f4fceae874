#include "core/engines/flash/stream.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <array>
#include <limits>

namespace bornagain::flash {

std::unique_lock<std::mutex> takeTurn(const c10::Device& device) {
  static std::array<std::mutex, std::numeric_limits<c10::DeviceIndex>::max() + 2> turns;  // the CPU's index is -1
  return std::unique_lock(turns[device.index() + 1]);
}

EngineStream::EngineStream(const c10::Device& device) : device_(device) {
  if (device.is_cuda()) stream_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

EngineStream::Scope::Scope(const EngineStream& stream) : turn_(takeTurn(stream.device_)), stream_(stream) {
  if (!stream.stream_) return;
  guard_.emplace(*stream.stream_);
  const c10::Device device = stream.stream_->device();
  c10::Event parametersWritten(device.type());
  parametersWritten.record(c10::impl::VirtualGuardImpl(device.type()).getDefaultStream(device));
  parametersWritten.block(*stream.stream_);
}

EngineStream::Scope::~Scope() {
  if (!stream_.stream_) return;
  try {
    stream_.stream_->synchronize();
  } catch (const c10::Error& error) {
    // Results have been waited for before, so this ends a step that has failed: its own exception, on its way, is what counts.
    TORCH_WARN("bornagain: the device failed after a step had: ", error.what_without_backtrace());
  }
}

}  // namespace bornagain::flash
