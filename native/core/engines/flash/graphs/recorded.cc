// A step is some 700 small operations, and giving them to the device one by one takes longer than computing them. So they are recorded
// once for each shape and replayed as one. The only file that includes CUDA's headers.
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/empty_like.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/engines/flash/runner.h"
#include "core/engines/flash/stream.h"
#include "core/error.h"

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

// One recording at a time in the process, since LibTorch's cache, which is emptied before, is that of all devices.
struct Recordings {
  std::mutex turn;
  // LibTorch's allocator and generator believe for good in a recording that could not be ended. Another one would ask its graph, which is
  // gone, about every allocation, and memory that is cached could no longer be given back.
  bool broken = false;
};

Recordings& recordings() {
  static Recordings all;
  return all;
}

// A recording, which ends on every path: LibTorch could neither allocate nor wait afterwards.
class Recorder {
 public:
  // Of this thread's work alone: others may use the device meanwhile.
  Recorder(at::cuda::CUDAGraph& graph, c10::MempoolId_t pool, bool& broken) : graph_(graph), broken_(broken) {
    broken_ = true;  // until it has ended
    graph_.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() {
    if (finished_) return;
    try {
      finish();
    } catch (const c10::Error& error) {
      // An operation that cannot be recorded has broken the recording; its own exception is on its way.
      TORCH_WARN("bornagain: a CUDA graph's recording did not end: ", error.what_without_backtrace());
    }
  }
  void finish() {
    finished_ = true;
    graph_.capture_end();
    broken_ = false;
  }

 private:
  at::cuda::CUDAGraph& graph_;
  bool& broken_;
  bool finished_ = false;
};

class GraphRunner final : public StepRunner {
 public:
  explicit GraphRunner(const at::Device& device) : device_(device), direct_(makeDirectRunner(device)) {}
  GraphRunner(const GraphRunner&) = delete;
  GraphRunner& operator=(const GraphRunner&) = delete;
  ~GraphRunner() override {
    const auto turn = takeTurn(device_);  // graphs are registered with the device's generator
    recordings_.clear();
  }

  at::Tensor run(const BatchShape& shape, const at::Tensor& staged, const StepBody& body, const Interrupt& interrupt) override {
    const auto place = recordings_.find(shape);
    // The first step of a shape is computed as it comes: a shape may never come again, and libraries set themselves up on first use, which
    // must not be recorded. So a first step that was not finished does not count.
    if (place == recordings_.end()) {
      const at::Tensor result = direct_->run(shape, staged, body, interrupt);
      if (records_) recordings_.try_emplace(shape);
      return result;
    }
    interrupt.check();
    if (place->second == nullptr) place->second = record(staged, body);
    if (place->second == nullptr) return direct_->run(shape, staged, body, interrupt);
    Recording& recording = *place->second;
    recording.lastUse = ++uses_;
    recording.block.copy_(staged, /*non_blocking=*/true);
    recording.graph.replay();
    return recording.result;
  }

  bool makeRoom() override {
    const std::scoped_lock lock(recordings().turn);
    if (recordings_.empty() || recordings().broken) return false;
    records_ = false;
    recordings_.clear();
    c10::cuda::CUDACachingAllocator::emptyCache();
    TORCH_WARN("bornagain: out of device memory, so this session's CUDA graphs were dropped; its steps are slower from here on");
    return true;
  }

 private:
  // Null where nothing can be recorded any more.
  std::unique_ptr<Recording> record(const at::Tensor& staged, const StepBody& body) {
    const std::scoped_lock lock(recordings().turn);
    if (recordings().broken) return nullptr;
    forgetOldest();
    // LibTorch refuses a pool whose graphs are all gone.
    if (recorded() == 0) pool_ = at::cuda::graph_pool_handle();
    auto recording = std::make_unique<Recording>();
    recording->block = at::empty_like(staged, staged.options().device(device_).pinned_memory(false));
    // What the shape's first step has left in the cache is as much again as is needed now, and a recording can neither take nor free it.
    c10::cuda::CUDACachingAllocator::emptyCache();
    try {
      Recorder recorder(recording->graph, pool_, recordings().broken);
      recording->result = body(recording->block, NeverInterrupted());
      recorder.finish();
    } catch (const c10::Error& error) {
      if (!recordings().broken) throw;
      const std::string what = error.what_without_backtrace();
      throw Error("ERR_LIBTORCH",
                  "LibTorch could not end the recording of a CUDA graph. This process records none any more, and steps with "
                  "dropout may fail in it: begin a new one. The recording failed with: " +
                      what.substr(0, what.find('\n')));
    }
    return recording;
  }

  [[nodiscard]] size_t recorded() const {
    const auto count = std::count_if(recordings_.begin(), recordings_.end(), [](const auto& entry) { return entry.second != nullptr; });
    return static_cast<size_t>(count);
  }

  void forgetOldest() {
    const auto age = [](const auto& entry) { return entry.second == nullptr ? UINT64_MAX : entry.second->lastUse; };
    if (recorded() < kMostGraphs) return;
    recordings_.erase(
        std::min_element(recordings_.begin(), recordings_.end(), [&](const auto& a, const auto& b) { return age(a) < age(b); }));
  }

  at::Device device_;
  std::unique_ptr<StepRunner> direct_;
  // One pool for all: a step's intermediate results are dead when it ends, and its results are read before the next step begins.
  c10::MempoolId_t pool_{0, 0};
  std::map<BatchShape, std::unique_ptr<Recording>> recordings_;  // null: seen, not recorded
  uint64_t uses_ = 0;
  bool records_ = true;
};

}  // namespace

bool graphsBuilt() { return true; }

std::unique_ptr<StepRunner> makeGraphRunner(const at::Device& device) { return std::make_unique<GraphRunner>(device); }

}  // namespace bornagain::flash
