// A task's head on the pooled vector: dropout, then linear (docs/paper.md section 1). Everything else of the model is shared between tasks.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/dropout.h"
#include "core/module.h"

namespace bornagain {

enum class HeadKind { kClassification, kRegression };

struct HeadConfig {
  std::string task;
  HeadKind kind;
  int64_t outputs;  // classes; 1 for regression
  bool sigmoid;     // regression only: the paper puts a sigmoid on the scalar, the reference code does not
  double dropout;
};

class Head : public Module {
 public:
  // Parameters `heads.<task>.classifier.weight` [outputs, h] and `.bias` [outputs]. Throws ERR_INVALID_ARGUMENT for a config that makes no
  // head.
  Head(const HeadConfig& config, int64_t hiddenSize, const at::TensorOptions& options);

  [[nodiscard]] const HeadConfig& config() const { return config_; }
  [[nodiscard]] int64_t hiddenSize() const { return classifier_.weight.size(1); }

  // pooled [n, h] to logits [n, outputs]; for regression the prediction [n, 1]. `rows` are the dropout counters of the n rows: their
  // places in the batch.
  [[nodiscard]] at::Tensor forward(const at::Tensor& pooled, const Dropout& dropout, const std::vector<int64_t>& rows) const;

 private:
  HeadConfig config_;
  Linear classifier_;
};

// Loss of each example [n], unweighted. Classification: cross-entropy against the distribution `targets` [n, outputs]; regression: squared
// error against the scalar `targets` [n, 1] (docs/paper.md section 1).
at::Tensor exampleLosses(HeadKind kind, const at::Tensor& outputs, const at::Tensor& targets);

}  // namespace bornagain
