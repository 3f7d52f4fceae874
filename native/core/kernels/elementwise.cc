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
namespace amx_bf16 {
extern const ElementwiseTables tables;
}
#endif

const ElementwiseTables& elementwiseTables(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kAmxBf16:
      return amx_bf16::tables;
    case InstructionSet::kAvx512Bf16:
      return avx512_bf16::tables;
    case InstructionSet::kAvx512:
      return avx512::tables;
    case InstructionSet::kAvx2:
      return avx2::tables;
    case InstructionSet::kPortable:
      break;
  }
#else
  static_cast<void>(set);
#endif
  return portable::tables;
}

}  // namespace bornagain
