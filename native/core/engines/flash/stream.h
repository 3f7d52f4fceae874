// The stream that an engine's work goes to. Device-neutral: LibTorch's own registry of devices knows CUDA's streams, so no CUDA header is
// needed. On the CPU there is only the turn.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/Stream.h>
#include <c10/core/StreamGuard.h>

#include <mutex>
#include <optional>

namespace bornagain::flash {

// Sessions that share a device take turns with it, each until all that it gave to the device is finished: they share its generator, and two
// may have been given the same stream, since LibTorch's pool hands out 32.
[[nodiscard]] std::unique_lock<std::mutex> takeTurn(const c10::Device& device);

class EngineStream {
 public:
  // A stream of LibTorch's pool: one that is not the default one, as recording a graph demands.
  explicit EngineStream(const c10::Device& device);

  // Takes the turn and makes the stream current for the calling thread, after all that the default stream was given (loading parameters).
  // At its end everything given to the stream is finished, also where an exception ends it: the next step may write the memory that copies
  // read from.
  class Scope {
   public:
    explicit Scope(const EngineStream& stream);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    std::unique_lock<std::mutex> turn_;  // first, so that it ends last
    const EngineStream& stream_;
    std::optional<c10::StreamGuard> guard_;
  };

 private:
  c10::Device device_;
  std::optional<c10::Stream> stream_;
};

}  // namespace bornagain::flash
