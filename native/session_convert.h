// A session's state and results to JavaScript values and back.
#pragma once

#include "core/session.h"
#include "napi_config.h"

namespace bornagain {

struct TimedOutcome {
  StepOutcome outcome;
  int64_t steps;   // finished, this one included
  double seconds;  // inside native compute
};

// Throws ERR_INVALID_ARGUMENT naming the field, ERR_CHECKPOINT for a negative step count.
SessionState toState(const Napi::Value& value);
// Both hand the values over without a copy and leave the argument empty.
Napi::Object fromState(Napi::Env env, SessionState& state);
Napi::Object fromOutcome(Napi::Env env, TimedOutcome& timed);

}  // namespace bornagain
