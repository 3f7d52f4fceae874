// `kernel_tests [part of a case's name]`: runs the cases and fails where one does. `kernel_tests rate ...`: see rate.cc.
#include <ATen/Parallel.h>

#include <cstdio>
#include <exception>
#include <string>

#include "harness.h"
#include "rate.h"

namespace bornagain::test {

namespace {

constexpr int kThreadCounts[] = {1, 2, 3};

// The number of failures, each printed.
int runCase(const Case& test, InstructionSet set) {
  int failed = 0;
  std::vector<std::string> prints;
  const auto complain = [&](int threads, const std::string& what) {
    std::printf("FAILED %s, %s, %d threads: %s\n", instructionSetName(set), test.name, threads, what.c_str());
    ++failed;
  };
  setInstructionSet(set);
  for (const int threads : kThreadCounts) {
    at::set_num_threads(threads);
    Context context(set, threads == kThreadCounts[0]);
    test.body(context);
    for (const auto& failure : context.failures()) complain(threads, failure);
    if (prints.empty()) prints = context.prints();
    for (size_t i = 0; i < prints.size(); ++i) {
      if (prints[i] != context.prints().at(i)) complain(threads, "other bytes than on one thread: " + prints[i]);
    }
  }
  std::printf("%s, %s: %zu checks\n", instructionSetName(set), test.name, prints.size());
  if (prints.empty()) complain(1, "nothing was checked");
  return failed;
}

int runAll(const std::string& filter) {
  int failed = 0, ran = 0;
  for (const InstructionSet set : availableInstructionSets()) {
    for (const auto& cases : {gemmCases(), attentionCases(), firstAttentionCases(), normCases(), normBackwardCases(), activationCases(),
                              sumsCases(), adamWCases()}) {
      for (const Case& test : cases) {
        if (std::string(test.name).find(filter) == std::string::npos) continue;
        failed += runCase(test, set);
        ++ran;
      }
    }
  }
  std::printf("%d runs, %d failures\n", ran, failed);
  return failed > 0 || ran == 0 ? 1 : 0;
}

}  // namespace

}  // namespace bornagain::test

int main(int argc, char** argv) {
  try {
    const std::string first = argc > 1 ? argv[1] : "";
    if (first == "rate") {
      bornagain::test::printRate(argc - 2, argv + 2);
      return 0;
    }
    return bornagain::test::runAll(first);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
