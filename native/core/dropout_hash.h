// The counter-based generator behind every dropout mask (dropout.h says what a mask depends on). No LibTorch here: kernels compute masks in
// registers. `static`: every file keeps its own copy, compiled for its own instruction set.
#pragma once

#include <cmath>
#include <cstdint>

namespace bornagain {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

// splitmix64's finaliser (Steele, Lea and Flood 2014): a bijection that spreads every input bit.
static constexpr uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// The key of all masks at one site of the model in one step.
static constexpr uint64_t dropoutSiteKey(uint64_t seed, uint64_t step, uint64_t site) {
  uint64_t k = mix64(seed + kGolden);
  k = mix64(k ^ mix64(step + 2 * kGolden));
  return mix64(k ^ mix64(site + 3 * kGolden));
}

struct DropoutRowKey {
  uint32_t outer;
  uint32_t inner;
};

static constexpr DropoutRowKey dropoutRowKey(uint64_t siteKey, int64_t row) {
  const uint64_t k = mix64(siteKey + kGolden * static_cast<uint64_t>(row));
  return {static_cast<uint32_t>(k), static_cast<uint32_t>(k >> 32)};
}

// Multipliers of the "lowbias32" integer hash (Wellons 2018). The second key goes in between the rounds: keys that are only XORed with
// the counter outside the hash give masks that are permutations of one another.
constexpr uint32_t kHashMultiplier1 = 0x7feb352dU;
constexpr uint32_t kHashMultiplier2 = 0x846ca68bU;

static constexpr uint32_t dropoutHash(uint32_t column, DropoutRowKey key) {
  uint32_t x = column ^ key.outer;
  x = (x ^ (x >> 16)) * kHashMultiplier1;
  x ^= key.inner;
  x = (x ^ (x >> 15)) * kHashMultiplier2;
  return x ^ (x >> 16);
}

// An element is dropped when its hash is below this: P = threshold / 2^32.
inline uint32_t dropoutThreshold(double rate) { return static_cast<uint32_t>(std::llround(rate * 4294967296.0)); }

}  // namespace bornagain
