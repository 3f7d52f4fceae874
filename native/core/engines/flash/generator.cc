#include "core/engines/flash/generator.h"

#include <ATen/Context.h>

#include "core/dropout_hash.h"

namespace bornagain::flash {

namespace {

std::mutex& turns() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

SeededGenerator::SeededGenerator(const at::Device& device, const DropoutKey& key)
    : turn_(turns()), generator_(at::globalContext().defaultGenerator(device)) {
  const std::scoped_lock lock(generator_.mutex());
  before_ = generator_.get_state();
  generator_.set_current_seed(dropoutSiteKey(key.seed, key.step, 0));
}

SeededGenerator::~SeededGenerator() {
  const std::scoped_lock lock(generator_.mutex());
  generator_.set_state(before_);
}

}  // namespace bornagain::flash
