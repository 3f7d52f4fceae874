#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/native_dropout.h>
#include <ATen/ops/native_dropout_backward.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <tuple>

#include "core/engines/flash/attention.h"

namespace bornagain::flash {

namespace {

// Not -inf: a segment without keys would give NaN.
constexpr double kMasked = -1e30;

// The places of packed rows in a block padded to [segments, length].
struct Padding {
  at::Tensor rows;   // [segments * length] int32: the packed row of each place; some row where there is none
  at::Tensor valid;  // [segments, length] bool
  int64_t segments;
  int64_t length;

  Padding(const at::Tensor& offsets, int64_t longest) : segments(offsets.size(0) - 1), length(longest) {
    const at::Tensor begin = offsets.narrow(0, 0, segments).unsqueeze(1), end = offsets.narrow(0, 1, segments).unsqueeze(1);
    const at::Tensor place = at::arange(length, offsets.options()).add(begin);
    valid = place.lt(end);
    rows = place.mul(valid).view({-1});
  }

  // [rows, heads, d] to fp32 [segments, heads, length, d], zero where there is no row.
  [[nodiscard]] at::Tensor pad(const at::Tensor& packed) const {
    const at::Tensor block = packed.index_select(0, rows).to(at::kFloat).view({segments, length, packed.size(1), packed.size(2)});
    return block.mul(valid.unsqueeze(-1).unsqueeze(-1)).transpose(1, 2);
  }

  // The way back, into the shape and type of `like`.
  [[nodiscard]] at::Tensor unpad(const at::Tensor& block, const at::Tensor& like) const {
    const at::Tensor values = block.transpose(1, 2).mul(valid.unsqueeze(-1).unsqueeze(-1)).reshape({-1, like.size(1), like.size(2)});
    return at::zeros(like.sizes(), values.options()).index_add_(0, rows, values).to(like.scalar_type());
  }
};

class ComposedAttention final : public Attention {
 public:
  [[nodiscard]] AttentionResult forward(const QueryKeyValue& in, const AttentionLayout& layout, double rate) const override {
    const Padding queries(layout.queryOffsets, layout.longestQuery), keys(layout.keyOffsets, layout.longestKey);
    const at::Tensor scores = queries.pad(in.query).mul(scaleOf(in.query)).matmul(keys.pad(in.key).transpose(-1, -2));
    AttentionResult result;
    result.second = scores.masked_fill(keys.valid.logical_not().unsqueeze(1).unsqueeze(1), kMasked).softmax(-1);
    result.first = result.second;
    if (rate > 0) std::tie(result.first, result.third) = at::native_dropout(result.second, rate, true);
    result.context = queries.unpad(result.first.matmul(keys.pad(in.value)), in.query);
    return result;
  }

  [[nodiscard]] QueryKeyValue backward(const at::Tensor& gradient, const QueryKeyValue& in, const AttentionResult& result,
                                       const AttentionLayout& layout, double rate) const override {
    const Padding queries(layout.queryOffsets, layout.longestQuery), keys(layout.keyOffsets, layout.longestKey);
    const at::Tensor context = queries.pad(gradient);
    at::Tensor probabilities = context.matmul(keys.pad(in.value).transpose(-1, -2));
    if (rate > 0) probabilities = at::native_dropout_backward(probabilities, result.third, 1 / (1 - rate));
    const at::Tensor scores = at::_softmax_backward_data(probabilities, result.second, -1, at::kFloat).mul(scaleOf(in.query));
    return {queries.unpad(scores.matmul(keys.pad(in.key)), in.query),
            keys.unpad(scores.transpose(-1, -2).matmul(queries.pad(in.query)), in.key),
            keys.unpad(result.first.transpose(-1, -2).matmul(context), in.value)};
  }

 private:
  static double scaleOf(const at::Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }
};

}  // namespace

const Attention& composedAttention() {
  static const ComposedAttention attention;
  return attention;
}

}  // namespace bornagain::flash
