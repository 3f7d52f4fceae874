#include "core/engines/flash/heads.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand_like.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/stack.h>

#include "core/engines/flash/encoder.h"

namespace bornagain::flash {

HeadPass::HeadPass(const Model& model, const Weights& weights) : weights_(weights) {
  for (const auto& head : model.heads) {
    const HeadConfig& config = head->config();
    slices_.push_back({config.kind, config.sigmoid, firstColumns_.back(), config.outputs});
    firstColumns_.push_back(firstColumns_.back() + config.outputs);
    dropout_ = dropout_ || config.dropout > 0;
  }
}

at::Tensor HeadPass::forward(const DeviceBatch& batch, const at::Tensor& pooled, bool training) {
  std::vector<at::Tensor> weights, biases;
  for (const auto& head : weights_.heads) {
    weights.push_back(head.weight.values);
    biases.push_back(head.bias.values);
  }
  stacked_ = at::cat(weights);
  pooled_ = pooled;
  kept_.reset();
  if (training && dropout_) {
    // at::native_dropout has one rate for all rows; heads may have several. rand is below 1, so a share of 1 keeps everything.
    kept_ = at::rand_like(pooled).lt(batch.keptShare).to(at::kFloat).div_(batch.keptShare);
    pooled_ = pooled.mul(kept_);
  }
  outputs_ = at::linear(pooled_, stacked_, at::cat(biases));
  std::vector<at::Tensor> columns;
  for (const Slice& slice : slices_) {
    const at::Tensor values = outputs_.narrow(1, slice.begin, slice.count);
    columns.push_back(slice.sigmoid ? values.sigmoid() : values);
  }
  outputs_ = at::cat(columns, 1);
  return outputs_;
}

HeadPass::SliceLoss HeadPass::sliceLoss(const DeviceBatch& batch, const Slice& slice) const {
  const at::Tensor outputs = outputs_.narrow(1, slice.begin, slice.count);
  const at::Tensor targets = batch.targets.narrow(1, slice.begin, slice.count);
  SliceLoss loss;
  if (slice.kind == HeadKind::kClassification) {
    const at::Tensor logProbabilities = outputs.log_softmax(-1);
    loss = {targets.mul(logProbabilities).sum(1).neg(), logProbabilities.exp().mul(targets.sum(1, true)).sub(targets)};
  } else {
    const at::Tensor difference = outputs.sub(targets);
    loss = {difference.square().squeeze(1), difference.mul(2)};
    if (slice.sigmoid) loss.gradient = at::sigmoid_backward(loss.gradient, outputs);
  }
  // Not times zero: a head that gives NaN spoils its own examples alone.
  const at::Tensor foreign = batch.active.narrow(1, slice.begin, 1).eq(0);  // [B, 1]
  loss.losses.masked_fill_(foreign.squeeze(1), 0);
  loss.gradient.masked_fill_(foreign, 0);
  return loss;
}

Losses HeadPass::losses(const DeviceBatch& batch) {
  std::vector<at::Tensor> losses, gradients;
  for (const Slice& slice : slices_) {
    const SliceLoss part = sliceLoss(batch, slice);
    losses.push_back(part.losses);
    gradients.push_back(part.gradient);
  }
  gradient_ = at::cat(gradients, 1).mul_(batch.weights);
  const at::Tensor examples = at::stack(losses).sum(0);
  return {examples, examples.mul(batch.weights.squeeze(1)).sum()};
}

at::Tensor HeadPass::backward(Gradients& gradients) const {
  const at::Tensor weight = weightGradient(gradient_, pooled_), bias = biasGradient(gradient_);
  for (size_t i = 0; i < slices_.size(); ++i) {
    gradients.set(weights_.heads[i].weight, weight.narrow(0, slices_[i].begin, slices_[i].count));
    gradients.set(weights_.heads[i].bias, bias.narrow(0, slices_[i].begin, slices_[i].count));
  }
  const at::Tensor pooled = at::mm(gradient_, stacked_);
  return kept_.defined() ? pooled.mul(kept_) : pooled;
}

void HeadPass::forget() {
  for (at::Tensor* tensor : {&stacked_, &pooled_, &kept_, &outputs_, &gradient_}) tensor->reset();
}

}  // namespace bornagain::flash
