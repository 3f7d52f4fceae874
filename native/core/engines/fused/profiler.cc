#include "core/engines/fused/profiler.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace bornagain::fused {

Profiler::Profiler() {
  const char* value = std::getenv("BORNAGAIN_PROFILE");
  enabled_ = value != nullptr && std::string(value) == "1";
}

Profiler::~Profiler() {
  if (!enabled_ || steps_ == 0) return;
  std::vector<std::pair<double, std::string>> rows;
  double total = 0;
  for (const auto& [name, seconds] : seconds_) {
    rows.emplace_back(seconds, name);
    total += seconds;
  }
  std::sort(rows.rbegin(), rows.rend());
  const double perStep = 1000 / static_cast<double>(steps_);
  for (const auto& [seconds, name] : rows) {
    std::fprintf(stderr, "  %-28s %9.3f ms %5.1f %%\n", name.c_str(), seconds * perStep, 100 * seconds / total);
  }
  std::fprintf(stderr, "  %-28s %9.3f ms a step, %lld steps\n", "in sections", total * perStep, static_cast<long long>(steps_));
}

}  // namespace bornagain::fused
