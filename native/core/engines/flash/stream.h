// The stream that an engine's work goes to. Device-neutral: LibTorch's own registry of devices knows CUDA's streams, so no CUDA header is
// needed. On the CPU everything here does nothing.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/Stream.h>
#include <c10/core/StreamGuard.h>

#include <optional>

namespace bornagain::flash {

class EngineStream {
 public:
  // A stream of LibTorch's pool: one that is not the default one, as recording a graph demands.
  explicit EngineStream(const c10::Device& device);

  // Makes the stream current for the calling thread, after all that the default stream was given (loading parameters). At its end
  // everything given to the stream is finished, also where an exception ends it: the next step may write the memory that copies read from.
  class Scope {
   public:
    explicit Scope(const EngineStream& stream);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    const EngineStream& stream_;
    std::optional<c10::StreamGuard> guard_;
  };

 private:
  std::optional<c10::Stream> stream_;
};

}  // namespace bornagain::flash
