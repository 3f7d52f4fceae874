#include "core/kernels/instruction_set.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "core/error.h"

namespace bornagain {

namespace {

constexpr int kUndecided = -1;
std::atomic<int> chosen{kUndecided};

std::string availableNames() {
  std::string names;
  for (const InstructionSet set : availableInstructionSets()) names += (names.empty() ? "" : ", ") + std::string(instructionSetName(set));
  return names;
}

#if defined(__x86_64__)

bool hasAmxBf16() {
  constexpr unsigned kAmxBf16 = 1U << 22, kAmxTile = 1U << 24;  // of edx; compilers' headers name them differently
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kAmxBf16) != 0 && (edx & kAmxTile) != 0;
}

// Linux gives a process the tile registers when it asks, for all of its threads; it refuses where the kernel or a sandbox does not know
// them.
bool mayUseTiles() {
#if defined(__linux__)
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM of asm/prctl.h, which older headers lack
  constexpr long kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

#endif

InstructionSet fromEnvironment() {
  const char* name = std::getenv("BORNAGAIN_INSTRUCTION_SET");
  if (name == nullptr || *name == '\0') return availableInstructionSets().back();
  try {
    return parseInstructionSet(name);
  } catch (const Error& error) {
    throw Error(error.code(), std::string("the environment variable BORNAGAIN_INSTRUCTION_SET: ") + error.what());
  }
}

}  // namespace

bool hasFastBf16(InstructionSet set) {
#if defined(__x86_64__)
  return set == InstructionSet::kAmxBf16 || (set == InstructionSet::kAvx512Bf16 && __builtin_cpu_is("amd") != 0);
#else
  static_cast<void>(set);
  return false;
#endif
}

const char* instructionSetName(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx2:
      return "avx2";
    case InstructionSet::kAvx512:
      return "avx512";
    case InstructionSet::kAvx512Bf16:
      return "avx512_bf16";
    case InstructionSet::kAmxBf16:
      return "amx_bf16";
    case InstructionSet::kPortable:
      break;
  }
  return "portable";
}

std::vector<InstructionSet> availableInstructionSets() {
  std::vector<InstructionSet> sets{InstructionSet::kPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0) return sets;
  sets.push_back(InstructionSet::kAvx2);
  if (__builtin_cpu_supports("avx512f") == 0 || __builtin_cpu_supports("avx512bw") == 0 || __builtin_cpu_supports("avx512dq") == 0 ||
      __builtin_cpu_supports("avx512vl") == 0)
    return sets;
  sets.push_back(InstructionSet::kAvx512);
  if (__builtin_cpu_supports("avx512bf16") == 0) return sets;
  sets.push_back(InstructionSet::kAvx512Bf16);
  static const bool amx = hasAmxBf16() && mayUseTiles();
  if (amx) sets.push_back(InstructionSet::kAmxBf16);
#endif
  return sets;
}

InstructionSet instructionSet() {
  if (chosen.load() == kUndecided) {
    int expected = kUndecided;
    chosen.compare_exchange_strong(expected, static_cast<int>(fromEnvironment()));
  }
  return static_cast<InstructionSet>(chosen.load());
}

void setInstructionSet(InstructionSet set) { chosen.store(static_cast<int>(parseInstructionSet(instructionSetName(set)))); }

InstructionSet parseInstructionSet(const std::string& name) {
  for (const InstructionSet set : availableInstructionSets()) {
    if (name == instructionSetName(set)) return set;
  }
  throw Error("ERR_INVALID_ARGUMENT", "the instruction set \"" + name + "\" is not available here; take one of: " + availableNames());
}

}  // namespace bornagain
