// What the CPU can do beyond what LibTorch reports.
#pragma once

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace bornagain {

// Dot products of bfloat16 in hardware: AVX512_BF16 (every CPU with AMX has it too), or Arm's BF16 extension.
inline bool hasBf16Hardware() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#elif defined(__aarch64__) && defined(__linux__) && defined(HWCAP2_BF16)
  return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#elif defined(__aarch64__) && defined(__APPLE__)
  int value = 0;
  size_t size = sizeof(value);
  return sysctlbyname("hw.optional.arm.FEAT_BF16", &value, &size, nullptr, 0) == 0 && value != 0;
#else
  return false;
#endif
}

// Whether training in bf16 is faster than in fp32: where its dot products are in hardware and LibTorch's products use them. Elsewhere bf16
// products can be a hundred times slower than fp32. Arm's extension is left out until it is measured.
inline bool hasFastBf16() {
#if defined(__x86_64__)
  return hasBf16Hardware();
#else
  return false;
#endif
}

}  // namespace bornagain
