#include "core/engines/flash/generator.h"

#include <ATen/Context.h>
#include <c10/util/Exception.h>

#include <mutex>

#include "core/dropout_hash.h"

namespace bornagain::flash {

SeededGenerator::SeededGenerator(const at::Device& device, const DropoutKey& key)
    : generator_(at::globalContext().defaultGenerator(device)) {
  const std::scoped_lock lock(generator_.mutex());
  before_ = generator_.get_state();
  generator_.set_current_seed(dropoutSiteKey(key.seed, key.step, 0));
}

SeededGenerator::~SeededGenerator() {
  const std::scoped_lock lock(generator_.mutex());
  try {
    generator_.set_state(before_);
  } catch (const c10::Error& error) {
    // LibTorch asks the device whether a graph is being recorded. Where that fails the step has failed, or will when its results are
    // fetched, and says so by its own exception.
    TORCH_WARN("bornagain: the generator keeps a step's state: ", error.what_without_backtrace());
  }
}

}  // namespace bornagain::flash
