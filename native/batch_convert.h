// PackedBatch of the typed surface to the core's batches. Everything is copied: a step must not see what JavaScript writes meanwhile.
#pragma once

#include "core/batch.h"
#include "core/dropout.h"
#include "napi_config.h"

namespace bornagain {

// Each throws ERR_INVALID_ARGUMENT naming the field.
TokenBatch toTokenBatch(const Napi::Value& value);
Batch toBatch(const Napi::Value& value);
// One batch, or an array of micro-batches. Throws ERR_INVALID_ARGUMENT for an empty array.
std::vector<Batch> toBatches(const Napi::Value& value);
// `{ seed, step }`, or null for evaluation.
Dropout toDropout(const Napi::Value& value);
DropoutKey toDropoutKey(const Napi::Value& value);

}  // namespace bornagain
