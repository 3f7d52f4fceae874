// The tensor operations under LibTorch's names in camelCase, a trailing underscore for in place. One registration for each family.
#pragma once

#include "napi_config.h"

namespace bornagain {

void registerArithmetic(Napi::Object ops);
void registerShapes(Napi::Object ops);
void registerReductions(Napi::Object ops);
void registerNetworkOps(Napi::Object ops);
void registerInPlace(Napi::Object ops);
void registerCreation(Napi::Object ops);
void registerAutograd(Napi::Object ops);

}  // namespace bornagain
