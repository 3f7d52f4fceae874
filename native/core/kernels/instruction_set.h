// Which instruction set the own kernels run with. Every kernel under isa/ is compiled once for each; the CPU decides at run time.
#pragma once

#include <string>
#include <vector>

namespace bornagain {

// In rising order: a CPU that has one has those before it.
enum class InstructionSet { kPortable, kAvx2, kAvx512, kAvx512Bf16, kAmxBf16 };

// Whether products of bf16 are faster than those of fp32 with it: in AMX's tiles, and with AVX512_BF16 on AMD, whose dot products have
// twice fp32's rate. Intel's are slower than fp32 (docs/performance.md).
bool hasFastBf16(InstructionSet set);

// "portable", "avx2", "avx512", "avx512_bf16", "amx_bf16".
const char* instructionSetName(InstructionSet set);

// Those this build and this CPU have, in rising order.
std::vector<InstructionSet> availableInstructionSets();

// The one in use: the last of those available, or what BORNAGAIN_INSTRUCTION_SET or setInstructionSet chose. Throws ERR_INVALID_ARGUMENT
// where the variable names none that is available.
InstructionSet instructionSet();

// For tests: what engines made from now on use. Throws ERR_INVALID_ARGUMENT where it is not available. Process-wide.
void setInstructionSet(InstructionSet set);

// "avx2" and so on to the set. Throws ERR_INVALID_ARGUMENT, naming those available.
InstructionSet parseInstructionSet(const std::string& name);

}  // namespace bornagain
