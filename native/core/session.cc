#include "core/session.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <string>
#include <utility>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "core/error.h"
#include "core/to_host.h"

namespace bornagain {

namespace {

std::vector<at::Tensor> allParameters(const Model& model) {
  std::vector<at::Tensor> tensors;
  for (const auto& parameter : model.encoder->parameters()) tensors.push_back(parameter.tensor);
  for (const auto& head : model.heads) {
    for (const auto& parameter : head->parameters()) tensors.push_back(parameter.tensor);
  }
  return tensors;
}

void validateModel(const Model& model) {
  if (model.heads.empty()) throw Error("ERR_INVALID_ARGUMENT", "a session needs at least one head");
  if (model.heads.size() > 256) throw Error("ERR_INVALID_ARGUMENT", "a session takes at most 256 heads: task ids are one byte");
  const at::Device device = model.encoder->options().device();
  for (const at::Tensor& tensor : allParameters(model)) {
    if (tensor.device() != device) {
      throw Error("ERR_DEVICE", "all modules of a session must be on one device, not on " + device.str() + " and " + tensor.device().str());
    }
    if (tensor.scalar_type() != at::kFloat) throw Error("ERR_INVALID_ARGUMENT", "a session trains float32 modules");
  }
  const int64_t hidden = model.encoder->config().hiddenSize;
  for (const auto& head : model.heads) {
    if (head->hiddenSize() == hidden) continue;
    throw Error("ERR_INVALID_ARGUMENT", "head '" + head->config().task + "' was made for hidden states of size " +
                                            std::to_string(head->hiddenSize()) + ", and the encoder's are of size " +
                                            std::to_string(hidden));
  }
}

// LibTorch's own number, before any session sets another: at::set_num_threads also decides what other threads begin with.
int defaultThreads() {
  static const int threads = at::get_num_threads();
  return threads;
}

void fromHost(const at::Tensor& target, const std::vector<float>& values) {
  const at::NoGradGuard noGrad;
  // copy_ only reads from the blob, and the blob outlives the call.
  target.detach().copy_(at::from_blob(const_cast<float*>(values.data()), target.sizes(), at::kFloat));
}

// Ends OpenMP's helper threads of the calling thread, which JavaScript's has once it computed with tensors; they come again when it does.
// libgomp adds up those of all threads, and where they outnumber the CPUs none of them waits awake for its next work: every parallel loop
// of a step would begin by waking threads.
void releaseHelpers() {
#ifdef _OPENMP
  omp_pause_resource(omp_pause_soft, omp_get_initial_device());
#endif
}

std::unique_ptr<Engine> makeEngine(const Model& model, AdamW& optimizer, const EngineChoice& choice) {
  switch (choice.kind) {
    case EngineKind::kPlain:
      return makePlainEngine(model, optimizer);
    case EngineKind::kFused:
      return makeFusedEngine(model, optimizer, choice);
    case EngineKind::kFlash:
      return makeFlashEngine(model, optimizer, choice);
  }
  throw Error("ERR_INVALID_ARGUMENT", "unknown engine");
}

}  // namespace

class Session::Ticket final : public Interrupt {
 public:
  Ticket(const std::atomic<uint64_t>& cancelledBefore, uint64_t ticket) : cancelledBefore_(cancelledBefore), ticket_(ticket) {}
  void check() const override {
    if (ticket_ < cancelledBefore_.load(std::memory_order_relaxed)) throw Error("ERR_CANCELLED", "the session's work was cancelled");
  }

 private:
  const std::atomic<uint64_t>& cancelledBefore_;
  uint64_t ticket_;
};

Session::Session(SessionOptions options) : options_(std::move(options)), threads_(options_.threads) {
  validateModel(options_.model);
  defaultThreads();
  if (options_.threads < 0) throw Error("ERR_INVALID_ARGUMENT", "threads must not be negative");
  optimizer_ = std::make_unique<AdamW>(allParameters(options_.model), options_.parameterOptions, options_.optimizer);
  choice_ = chooseEngine(options_.engine, options_.model.encoder->options().device());
  engine_ = makeEngine(options_.model, *optimizer_, choice_);
  thread_ = std::thread([this] { run(); });
}

Session::~Session() { close(); }

void Session::submit(Job job, Done done) {
  releaseHelpers();
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) throw Error("ERR_SESSION_CLOSED", "the session is closed");
    queue_.push_back({nextTicket_++, std::move(job), std::move(done)});
  }
  wake_.notify_one();
}

void Session::cancel() {
  const std::scoped_lock lock(mutex_);
  cancelledBefore_.store(nextTicket_);
}

void Session::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    cancelledBefore_.store(nextTicket_);
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Session::run() {
  // OpenMP's and MKL's thread counts belong to the calling thread, so each session sets its own.
  int taken = 0;
  for (;;) {
    Entry entry;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) return;
      entry = std::move(queue_.front());
      queue_.pop_front();
    }
    const int wanted = threads() > 0 ? threads() : defaultThreads();
    if (wanted != taken) at::set_num_threads(wanted);
    taken = wanted;
    runEntry(entry);
  }
}

void Session::runEntry(const Entry& entry) {
  std::exception_ptr thrown;
  try {
    const Ticket ticket(cancelledBefore_, entry.ticket);
    ticket.check();
    entry.job(ticket);
  } catch (...) {
    thrown = std::current_exception();
  }
  entry.done(thrown);
}

StepOutcome Session::step(const std::vector<Batch>& batches, double learningRate, const Interrupt& interrupt) {
  const auto step = static_cast<uint64_t>(optimizer_->steps());
  StepOutcome outcome = engine_->step(batches, {learningRate, {options_.dropoutSeed, step}}, interrupt);
  steps_.store(optimizer_->steps());
  return outcome;
}

std::vector<float> Session::evaluate(const Batch& batch, const Interrupt& interrupt) { return engine_->evaluate(batch, interrupt); }

SessionState Session::exportState() {
  options_.model.encoder->settle();
  SessionState state{optimizer_->steps(), {}, {}, {}};
  for (const auto& parameter : optimizer_->parameters()) {
    state.parameters.push_back(toHost(parameter.tensor));
    state.firstMoments.push_back(toHost(parameter.firstMoment));
    state.secondMoments.push_back(toHost(parameter.secondMoment));
  }
  return state;
}

void Session::importState(const SessionState& state) {
  auto& parameters = optimizer_->parameters();
  for (const auto* list : {&state.parameters, &state.firstMoments, &state.secondMoments}) {
    if (list->size() != parameters.size()) {
      throw Error("ERR_CHECKPOINT", "the state holds " + std::to_string(list->size()) + " tensors where the session has " +
                                        std::to_string(parameters.size()) + " parameters");
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (static_cast<int64_t>((*list)[i].size()) != parameters[i].tensor.numel()) {
        throw Error("ERR_CHECKPOINT", "tensor " + std::to_string(i) + " of the state has " + std::to_string((*list)[i].size()) +
                                          " values where the session's parameter has " + std::to_string(parameters[i].tensor.numel()));
      }
    }
  }
  options_.model.encoder->settle();
  for (size_t i = 0; i < parameters.size(); ++i) {
    fromHost(parameters[i].tensor, state.parameters[i]);
    fromHost(parameters[i].firstMoment, state.firstMoments[i]);
    fromHost(parameters[i].secondMoment, state.secondMoments[i]);
  }
  optimizer_->setSteps(state.steps);
  steps_.store(state.steps);
}

}  // namespace bornagain
