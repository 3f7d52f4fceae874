#include "core/dropout.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include "core/dropout_hash.h"

namespace bornagain {

namespace {

uint64_t siteKey(const DropoutKey& key, DropoutSite site) { return dropoutSiteKey(key.seed, key.step, site.id()); }

template <typename Scalar>
void fillMask(Scalar* out, uint64_t key, const std::vector<int64_t>& rows, int64_t columns, double rate) {
  const uint32_t threshold = dropoutThreshold(rate);
  const auto scale = static_cast<Scalar>(1.0 / (1.0 - rate));
  const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, columns));
  at::parallel_for(0, static_cast<int64_t>(rows.size()), grain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const DropoutRowKey k = dropoutRowKey(key, rows[r]);
      Scalar* row = out + r * columns;
      for (int64_t c = 0; c < columns; ++c) row[c] = dropoutHash(static_cast<uint32_t>(c), k) < threshold ? Scalar(0) : scale;
    }
  });
}

}  // namespace

at::Tensor dropoutMask(const DropoutKey& key, DropoutSite site, const std::vector<int64_t>& rows, int64_t columns, double rate,
                       const at::TensorOptions& options) {
  const bool filledHere = options.device().is_cpu() && (options.dtype() == at::kFloat || options.dtype() == at::kDouble);
  if (!filledHere) return dropoutMaskFromOps(key, site, rows, columns, rate, options);
  at::Tensor mask = at::empty({static_cast<int64_t>(rows.size()), columns}, options);
  if (mask.scalar_type() == at::kFloat) {
    fillMask(mask.data_ptr<float>(), siteKey(key, site), rows, columns, rate);
  } else {
    fillMask(mask.data_ptr<double>(), siteKey(key, site), rows, columns, rate);
  }
  return mask;
}

at::Tensor dropoutMaskFromOps(const DropoutKey& key, DropoutSite site, const std::vector<int64_t>& rows, int64_t columns, double rate,
                              const at::TensorOptions& options) {
  const auto n = static_cast<int64_t>(rows.size());
  at::Tensor keys = at::empty({2, n, 1}, at::kLong);
  auto* outer = keys.data_ptr<int64_t>();
  const uint64_t siteKeyValue = siteKey(key, site);
  for (int64_t r = 0; r < n; ++r) {
    const DropoutRowKey k = dropoutRowKey(siteKeyValue, rows[r]);
    outer[r] = k.outer;
    outer[n + r] = k.inner;
  }
  keys = keys.to(options.device());
  // 32-bit words in int64: a product wraps modulo 2^64, which leaves its low 32 bits right.
  const auto low32 = [](const at::Tensor& t) { return t.bitwise_and(int64_t{0xffffffff}); };
  const auto shiftXor = [](const at::Tensor& t, int64_t bits) { return t.bitwise_xor(t.bitwise_right_shift(bits)); };
  at::Tensor x = at::arange(columns, at::TensorOptions(at::kLong).device(options.device())).bitwise_xor(keys[0]);
  x = low32(shiftXor(x, 16).mul(static_cast<int64_t>(kHashMultiplier1)));
  x = x.bitwise_xor(keys[1]);
  x = low32(shiftXor(x, 15).mul(static_cast<int64_t>(kHashMultiplier2)));
  x = shiftXor(x, 16);
  return x.ge(static_cast<int64_t>(dropoutThreshold(rate))).to(options.dtype().toScalarType()).mul(1.0 / (1.0 - rate));
}

at::Tensor applyDropout(const at::Tensor& values, const Dropout& dropout, DropoutSite site, const std::vector<int64_t>& rows, double rate) {
  if (!dropout || rate == 0) return values;
  return values.mul(dropoutMask(*dropout, site, rows, values.size(-1), rate, values.options()).view(values.sizes()));
}

}  // namespace bornagain
