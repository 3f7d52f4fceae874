// The one include of Node-API. Version 8 runs on every supported Node; C++ exceptions carry errors up to guard.h, the one place that
// catches.
#pragma once

#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#endif
#ifndef NODE_ADDON_API_CPP_EXCEPTIONS
#define NODE_ADDON_API_CPP_EXCEPTIONS
#endif
// An error on its way to JavaScript while a worker is being terminated is dropped; the default ends the whole process.
#ifndef NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#endif
#include <napi.h>
