#include "core/batch.h"

#include <cmath>
#include <string>

#include "core/error.h"

namespace bornagain {

namespace {

void requireLength(const char* name, size_t actual, size_t expected) {
  if (actual == expected) return;
  throw Error("ERR_INVALID_ARGUMENT",
              std::string(name) + " has " + std::to_string(actual) + " entries where the batch needs " + std::to_string(expected));
}

}  // namespace

std::vector<int64_t> outputOffsets(const Model& model, const std::vector<uint8_t>& taskIds) {
  std::vector<int64_t> offsets{0};
  for (size_t b = 0; b < taskIds.size(); ++b) {
    if (taskIds[b] >= model.heads.size()) {
      throw Error("ERR_INVALID_ARGUMENT", "example " + std::to_string(b) + " has task id " + std::to_string(taskIds[b]) +
                                              ", but there are " + std::to_string(model.heads.size()) + " heads");
    }
    offsets.push_back(offsets.back() + model.heads[taskIds[b]]->config().outputs);
  }
  return offsets;
}

void validateBatch(const Model& model, const Batch& batch, bool training) {
  const auto sequences = batch.tokens.offsets.empty() ? size_t{0} : batch.tokens.offsets.size() - 1;
  requireLength("taskIds", batch.taskIds.size(), sequences);
  const auto offsets = outputOffsets(model, batch.taskIds);
  if (!training) return;
  requireLength("targets", batch.targets.size(), static_cast<size_t>(offsets.back()));
  requireLength("weights", batch.weights.size(), sequences);
  for (size_t b = 0; b < sequences; ++b) {
    bool finite = std::isfinite(batch.weights[b]);
    for (int64_t i = offsets[b]; i < offsets[b + 1]; ++i) finite = finite && std::isfinite(batch.targets[i]);
    if (!finite) throw Error("ERR_INVALID_ARGUMENT", "target or weight of example " + std::to_string(b) + " of the batch is not finite");
  }
}

// Steps stay far below 2^32.
DropoutKey microBatchKey(const DropoutKey& key, size_t microBatch) {
  return {key.seed, key.step + (static_cast<uint64_t>(microBatch) << 32)};
}

std::vector<std::vector<int64_t>> examplesByHead(const Model& model, const std::vector<uint8_t>& taskIds) {
  std::vector<std::vector<int64_t>> examples(model.heads.size());
  for (size_t b = 0; b < taskIds.size(); ++b) examples[taskIds[b]].push_back(static_cast<int64_t>(b));
  return examples;
}

}  // namespace bornagain
