#include "core/engines/flash/stream.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace bornagain::flash {

EngineStream::EngineStream(const c10::Device& device) {
  if (device.is_cuda()) stream_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

EngineStream::Scope::Scope(const EngineStream& stream) : stream_(stream) {
  if (!stream.stream_) return;
  guard_.emplace(*stream.stream_);
  const c10::Device device = stream.stream_->device();
  c10::Event parametersWritten(device.type());
  parametersWritten.record(c10::impl::VirtualGuardImpl(device.type()).getDefaultStream(device));
  parametersWritten.block(*stream.stream_);
}

EngineStream::Scope::~Scope() {
  if (stream_.stream_) stream_.stream_->synchronize();
}

}  // namespace bornagain::flash
