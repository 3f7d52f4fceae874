#include "core/engines/flash/runner.h"
#include "core/error.h"

namespace bornagain::flash {

bool graphsBuilt() { return false; }

std::unique_ptr<StepRunner> makeGraphRunner(const at::Device& /*device*/) {
  throw Error("ERR_LIBTORCH", "this addon was built without CUDA graphs: no headers of the CUDA runtime were found");
}

}  // namespace bornagain::flash
