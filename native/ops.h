// The tensor operations under LibTorch's names in camelCase, a trailing underscore for in place; src/native/ops.ts has their types. One
// registration for each family.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerElementwise(Napi::Object ops);
void registerInPlace(Napi::Object ops);
void registerProducts(Napi::Object ops);
void registerViews(Napi::Object ops);
void registerParts(Napi::Object ops);
void registerReductions(Napi::Object ops);
void registerNetwork(Napi::Object ops);
void registerCreation(Napi::Object ops);
void registerAutograd(Napi::Object ops);

}  // namespace bornagain
