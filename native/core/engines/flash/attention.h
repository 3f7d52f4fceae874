// Attention of packed sequences, forward and backward: LibTorch's flash kernel where it computes, a composition of operations elsewhere.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace bornagain::flash {

// Who attends to whom: query rows queryOffsets[s] .. queryOffsets[s + 1] see the key rows of the same segment. Offsets are int32 [S + 1] on
// the device; the longest lengths are upper bounds.
struct AttentionLayout {
  at::Tensor queryOffsets;
  at::Tensor keyOffsets;
  int64_t longestQuery;
  int64_t longestKey;
};

struct QueryKeyValue {
  at::Tensor query;  // [rows, heads, head size]
  at::Tensor key;
  at::Tensor value;
};

// The context, and what the backward pass needs besides the inputs.
struct AttentionResult {
  at::Tensor context;  // [query rows, heads, head size]
  at::Tensor first;    // flash: log-sum-exp; composed: probabilities, after dropout
  at::Tensor second;   // flash: state of the generator; composed: probabilities before dropout
  at::Tensor third;    // flash: unused by LibTorch, but passed on; composed: what dropout kept
};

class Attention {
 public:
  Attention() = default;
  Attention(const Attention&) = delete;
  Attention& operator=(const Attention&) = delete;
  virtual ~Attention() = default;

  // Softmax of query · key / sqrt(head size), dropout at `rate` on it from LibTorch's generator of the device, times value.
  [[nodiscard]] virtual AttentionResult forward(const QueryKeyValue& in, const AttentionLayout& layout, double rate) const = 0;
  [[nodiscard]] virtual QueryKeyValue backward(const at::Tensor& gradient, const QueryKeyValue& in, const AttentionResult& result,
                                               const AttentionLayout& layout, double rate) const = 0;
};

// at::_flash_attention_forward: CUDA, fp16 or bf16, head sizes that are multiples of 8 up to 256.
const Attention& flashAttention();
// Sequences padded to the longest, in fp32. Any device and type; what flashAttention is held to.
const Attention& composedAttention();

// The one that takes these tensors.
const Attention& attentionFor(const at::Device& device, at::ScalarType type, int64_t headSize);

}  // namespace bornagain::flash
