// `kernel_tests rate rows out in bf16|fp32 [seconds]`: one line of JSON (core/gemm_rate.h).
#include "rate.h"

#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "core/gemm_rate.h"

namespace bornagain::test {

namespace {

void print(const char* name, const GemmRate& r) {
  std::printf(R"("%s":{"forward":%.1f,"inputGradient":%.1f,"weightGradient":%.1f,"all":%.1f})", name, r.forward, r.inputGradient,
              r.weightGradient, r.all);
}

}  // namespace

void printRate(int argc, const char* const* argv) {
  if (argc < 4) throw std::invalid_argument("rate: rows out in bf16|fp32 [seconds]");
  const GemmShape shape{std::stoll(argv[0]), std::stoll(argv[1]), std::stoll(argv[2])};
  const GemmRates rates = measureGemmRates(shape, std::strcmp(argv[3], "bf16") == 0, argc > 4 ? std::stod(argv[4]) : 1.0);
  std::printf("{");
  print("own", rates.own);
  std::printf(",");
  print("libtorch", rates.libtorch);
  std::printf("}\n");
}

}  // namespace bornagain::test
