// A step is some 700 small operations, and giving them to the device one by one takes longer than computing them. So they are recorded
// once for each shape and replayed as one. The only file that includes CUDA's headers.
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <map>
#include <memory>

#include "core/engines/flash/runner.h"

namespace bornagain::flash {

namespace {

// Shapes whose graphs are kept; beyond these the one that was not used for the longest time goes.
constexpr size_t kMostGraphs = 64;

class NeverInterrupted final : public Interrupt {
 public:
  void check() const override {}
};

struct Recording {
  at::Tensor block;   // where the recorded operations read the batch
  at::Tensor result;  // where they leave their results
  at::cuda::CUDAGraph graph;
  uint64_t lastUse = 0;
};

// A recording, which ends on every path: LibTorch could neither allocate nor wait afterwards.
class Recorder {
 public:
  // Of this thread's work alone: others may use the device meanwhile.
  Recorder(at::cuda::CUDAGraph& graph, c10::MempoolId_t pool) : graph_(graph) {
    graph_.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() {
    if (finished_) return;
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
      // An operation that cannot be recorded has broken the recording; its own exception, on its way, says so.
    }
  }
  void finish() {
    finished_ = true;
    graph_.capture_end();
  }

 private:
  at::cuda::CUDAGraph& graph_;
  bool finished_ = false;
};

class GraphRunner final : public StepRunner {
 public:
  explicit GraphRunner(const at::Device& device)
      : device_(device), direct_(makeDirectRunner(device)), pool_(at::cuda::graph_pool_handle()) {}

  at::Tensor run(const BatchShape& shape, const at::Tensor& staged, const StepBody& body, const Interrupt& interrupt) override {
    const auto [place, isNew] = recordings_.try_emplace(shape);
    // The first step of a shape is computed as it comes: a shape may never come again, and libraries set themselves up on first use, which
    // must not be recorded.
    if (isNew) return direct_->run(shape, staged, body, interrupt);
    interrupt.check();
    if (place->second == nullptr) place->second = record(staged, body);
    Recording& recording = *place->second;
    recording.lastUse = ++uses_;
    recording.block.copy_(staged, /*non_blocking=*/true);
    recording.graph.replay();
    return recording.result;
  }

 private:
  std::unique_ptr<Recording> record(const at::Tensor& staged, const StepBody& body) {
    forgetOldest();
    auto recording = std::make_unique<Recording>();
    recording->block = at::empty_like(staged, staged.options().device(device_).pinned_memory(false));
    Recorder recorder(recording->graph, pool_);
    recording->result = body(recording->block, NeverInterrupted());
    recorder.finish();
    return recording;
  }

  void forgetOldest() {
    const auto age = [](const auto& entry) { return entry.second == nullptr ? UINT64_MAX : entry.second->lastUse; };
    const auto recorded = std::count_if(recordings_.begin(), recordings_.end(), [](const auto& entry) { return entry.second != nullptr; });
    if (static_cast<size_t>(recorded) < kMostGraphs) return;
    recordings_.erase(
        std::min_element(recordings_.begin(), recordings_.end(), [&](const auto& a, const auto& b) { return age(a) < age(b); }));
  }

  at::Device device_;
  std::unique_ptr<StepRunner> direct_;
  // One pool for all: a step's intermediate results are dead when it ends, and its results are read before the next step begins.
  c10::MempoolId_t pool_;
  std::map<BatchShape, std::unique_ptr<Recording>> recordings_;  // null: seen once
  uint64_t uses_ = 0;
};

}  // namespace

bool graphsBuilt() { return true; }

std::unique_ptr<StepRunner> makeGraphRunner(const at::Device& device) { return std::make_unique<GraphRunner>(device); }

}  // namespace bornagain::flash
