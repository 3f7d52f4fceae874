#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>

#include <cmath>
#include <tuple>

#include "core/engines/flash/attention.h"

namespace bornagain::flash {

namespace {

double scaleOf(const at::Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }

class FlashAttention final : public Attention {
 public:
  [[nodiscard]] AttentionResult forward(const QueryKeyValue& in, const AttentionLayout& layout, double rate) const override {
    AttentionResult result;
    std::tie(result.context, result.first, result.second, result.third, std::ignore) =
        at::_flash_attention_forward(in.query, in.key, in.value, layout.queryOffsets, layout.keyOffsets, layout.longestQuery,
                                     layout.longestKey, rate, /*is_causal=*/false, /*return_debug_mask=*/false, scaleOf(in.query));
    return result;
  }

  [[nodiscard]] QueryKeyValue backward(const at::Tensor& gradient, const QueryKeyValue& in, const AttentionResult& result,
                                       const AttentionLayout& layout, double rate) const override {
    QueryKeyValue out;
    std::tie(out.query, out.key, out.value) = at::_flash_attention_backward(
        gradient, in.query, in.key, in.value, result.context, result.first, layout.queryOffsets, layout.keyOffsets, layout.longestQuery,
        layout.longestKey, rate, /*is_causal=*/false, result.second, result.third, scaleOf(in.query));
    return out;
  }
};

}  // namespace

const Attention& flashAttention() {
  static const FlashAttention attention;
  return attention;
}

const Attention& attentionFor(const at::Device& device, at::ScalarType type, int64_t headSize) {
  const bool flash = device.is_cuda() && type == at::kBFloat16 && headSize % 8 == 0 && headSize <= 256;
  return flash ? flashAttention() : composedAttention();
}

}  // namespace bornagain::flash
