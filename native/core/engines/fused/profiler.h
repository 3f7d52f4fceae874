// Where a step's time goes: with BORNAGAIN_PROFILE=1 in the environment an engine prints, when its session ends, the milliseconds per step
// of each section. Without it a section costs one test of a flag.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace bornagain::fused {

class Profiler {
 public:
  Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;
  // Prints to stderr when enabled.
  ~Profiler();

  [[nodiscard]] bool enabled() const { return enabled_; }
  void countStep() { ++steps_; }
  void add(const char* name, double seconds) { seconds_[name] += seconds; }

 private:
  bool enabled_;
  int64_t steps_ = 0;
  std::map<std::string, double> seconds_;
};

// Measures from its construction to its end. Sections do not nest.
class Section {
 public:
  Section(Profiler& profiler, const char* name) : profiler_(profiler), name_(name) {
    if (profiler_.enabled()) start_ = Clock::now();
  }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  ~Section() {
    if (profiler_.enabled()) profiler_.add(name_, std::chrono::duration<double>(Clock::now() - start_).count());
  }

 private:
  using Clock = std::chrono::steady_clock;
  Profiler& profiler_;
  const char* name_;
  Clock::time_point start_;
};

}  // namespace bornagain::fused
