// A training session: a model, its optimizer and an engine on a thread of their own. Calls queue up and are answered in order, each through
// its own completion, on the session's thread. No Node here: the wrap turns completions into promises.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/adamw.h"
#include "core/batch.h"
#include "core/engine.h"

namespace bornagain {

struct SessionOptions {
  Model model;
  AdamWOptions optimizer;
  std::vector<ParameterOptions> parameterOptions;  // the encoder's parameters, then each head's
  uint64_t dropoutSeed;
  EngineRequest engine;
  int threads;  // 0: LibTorch's default, one per core
};

// Everything that decides how training goes on, besides the data. Parameter order is the session's.
struct SessionState {
  int64_t steps;
  std::vector<std::vector<float>> parameters;
  std::vector<std::vector<float>> firstMoments;
  std::vector<std::vector<float>> secondMoments;
};

class Session {
 public:
  // A job runs on the session's thread and may throw. `done` is called there afterwards, exactly once, with null or what was thrown.
  using Job = std::function<void(const Interrupt&)>;
  using Done = std::function<void(std::exception_ptr)>;

  // Throws ERR_INVALID_ARGUMENT for a model without heads or with one twice, modules on different devices, of different hidden sizes or in
  // another precision than fp32, or an engine that cannot be had.
  explicit Session(SessionOptions options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // Cancels everything and joins the thread. Not to be called from the session's own thread.
  ~Session();

  // Throws ERR_SESSION_CLOSED after close().
  void submit(Job job, Done done);

  // The running job stops at its next check, waiting ones never start; both complete with ERR_CANCELLED. Later jobs run as usual.
  void cancel();
  // Refuses new jobs, cancels the others and joins the thread. Idempotent.
  void close();

  // For jobs, on the session's thread.
  StepOutcome step(const std::vector<Batch>& batches, double learningRate, const Interrupt& interrupt);
  std::vector<float> evaluate(const Batch& batch, const Interrupt& interrupt);
  [[nodiscard]] SessionState exportState();
  // Throws ERR_CHECKPOINT when the state is of another model; nothing is changed then.
  void importState(const SessionState& state);

  // From the next job on; at least 1.
  void setThreads(int threads) { threads_.store(threads); }
  // 0: LibTorch's default, one per core.
  [[nodiscard]] int threads() const { return threads_.load(); }

  [[nodiscard]] int64_t steps() const { return steps_.load(); }
  [[nodiscard]] const EngineChoice& engine() const { return choice_; }

 private:
  struct Entry {
    uint64_t ticket;
    Job job;
    Done done;
  };
  class Ticket;

  void run();
  void runEntry(const Entry& entry);

  SessionOptions options_;
  std::unique_ptr<AdamW> optimizer_;
  EngineChoice choice_{};
  std::unique_ptr<Engine> engine_;
  std::atomic<int64_t> steps_{0};
  std::atomic<int> threads_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  bool closed_ = false;
  uint64_t nextTicket_ = 0;
  // Jobs with a lower ticket are cancelled.
  std::atomic<uint64_t> cancelledBefore_{0};
  std::thread thread_;
};

}  // namespace bornagain
