#include "core/kernels/elementwise.h"

namespace bornagain {

namespace portable {
extern const ElementwiseTables tables;
}
#if defined(__x86_64__)
namespace avx2 {
extern const ElementwiseTables tables;
}
namespace avx512 {
extern const ElementwiseTables tables;
}
namespace avx512_bf16 {
extern const ElementwiseTables tables;
}
#endif

const ElementwiseTables& elementwiseTables() {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (avx512 && __builtin_cpu_supports("avx512bf16") != 0) return avx512_bf16::tables;
  if (avx512) return avx512::tables;
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return avx2::tables;
#endif
  return portable::tables;
}

}  // namespace bornagain
