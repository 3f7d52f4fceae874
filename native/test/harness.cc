#include "harness.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>

#include <string_view>

namespace bornagain::test {

void Context::check(const std::string& what, const at::Tensor& actual, const std::function<at::Tensor()>& expected, Tolerance tolerance) {
  const at::Tensor bytes = actual.contiguous();
  const std::string_view view(static_cast<const char*>(bytes.data_ptr()), bytes.nbytes());
  prints_.push_back(what + " " + std::to_string(std::hash<std::string_view>{}(view)));
  if (!first_) return;
  const at::Tensor a = actual.to(at::kDouble), e = expected().to(at::kDouble);
  if (a.sizes() != e.sizes()) {
    failures_.push_back(what + ": sizes differ");
    return;
  }
  const at::Tensor excess = (a - e).abs() - e.abs() * tolerance.relative - e.abs().max() * tolerance.absolute;
  // NaN is neither close nor far.
  if (excess.le(0).all().item<bool>()) return;
  const auto at = excess.nan_to_num(1e300).argmax().item<int64_t>();
  failures_.push_back(what + ": element " + std::to_string(at) + " is " + std::to_string(a.flatten()[at].item<double>()) + ", not " +
                      std::to_string(e.flatten()[at].item<double>()));
}

at::Tensor randomNormal(at::IntArrayRef sizes, uint64_t seed, at::ScalarType type) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat)).to(type);
}

}  // namespace bornagain::test
