#include "core/attention.h"

#include <ATen/ops/cat.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

namespace bornagain {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Packed rows to slots. A padding slot holds a copy, but nothing flows back through it: its probability is exactly zero as a key, and as a
// query its row is never read. So the gradient is a plain gather, not the scatter-add that index_select would do.
struct ToSlots : Function<ToSlots> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& rows, const at::Tensor& tokenOfSlot, const at::Tensor& slotOfToken) {
    ctx->save_for_backward({slotOfToken});
    return rows.index_select(0, tokenOfSlot);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const auto saved = ctx->get_saved_variables();
    return {gradients[0].index_select(0, saved[0]), at::Tensor(), at::Tensor()};
  }
};

// Slots back to packed rows; the gradient of a padding slot is zero.
struct FromSlots : Function<FromSlots> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& slots, const at::Tensor& tokenOfSlot, const at::Tensor& slotOfToken,
                            const at::Tensor& realSlots) {
    ctx->save_for_backward({tokenOfSlot, realSlots});
    return slots.index_select(0, slotOfToken);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const auto saved = ctx->get_saved_variables();
    return {gradients[0].index_select(0, saved[0]).mul(saved[1]), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// slots [sequences * length, 3h] to the context [sequences * length, h].
at::Tensor groupAttention(const at::Tensor& slots, const AttentionGroup& group, int64_t heads, int64_t layer, const Dropout& dropout,
                          double rate) {
  const int64_t hidden = slots.size(1) / 3;
  const int64_t headSize = hidden / heads;
  const at::Tensor split = slots.view({group.sequences, group.length, 3, heads, headSize}).permute({2, 0, 3, 1, 4});
  const at::Tensor query = split[0].mul(1.0 / std::sqrt(static_cast<double>(headSize)));  // [sequences, heads, length, headSize]
  at::Tensor scores = query.matmul(split[1].transpose(-1, -2));                           // [sequences, heads, length, length]
  if (group.keyBias.defined()) scores = scores.add(group.keyBias);
  const at::Tensor probabilities =
      applyDropout(scores.softmax(-1), dropout, DropoutSite::attentionProbabilities(layer), group.probabilityRows, rate);
  return probabilities.matmul(split[2]).transpose(1, 2).reshape({group.sequences * group.length, hidden});
}

}  // namespace

at::Tensor selfAttention(const at::Tensor& qkv, const PackedTokens& tokens, int64_t heads, int64_t layer, const Dropout& dropout,
                         double rate) {
  std::vector<int64_t> sizes;
  for (const auto& group : tokens.groups) sizes.push_back(group.sequences * group.length);
  const auto blocks = ToSlots::apply(qkv, tokens.tokenOfSlot, tokens.slotOfToken).split_with_sizes(sizes);
  std::vector<at::Tensor> contexts;
  for (size_t g = 0; g < blocks.size(); ++g) contexts.push_back(groupAttention(blocks[g], tokens.groups[g], heads, layer, dropout, rate));
  return FromSlots::apply(at::cat(contexts), tokens.tokenOfSlot, tokens.slotOfToken, tokens.realSlots);
}

}  // namespace bornagain
