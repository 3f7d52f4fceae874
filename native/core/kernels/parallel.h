// How kernels and the fused engine use threads: work is cut into tasks by its size alone, never by the thread count, and each task writes
// what no other writes. Sums over tasks are added up afterwards in task order. So results do not depend on the thread count.
#pragma once

#include <algorithm>
#include <cstdint>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "core/kernels/elementwise.h"

namespace bornagain {

inline int maxThreads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

// body(task, thread) for every task; it must not throw. `thread` is below maxThreads().
template <typename Body>
void parallelTasks(int64_t tasks, const Body& body) {
#ifdef _OPENMP
  if (tasks > 1 && omp_get_max_threads() > 1) {
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t task = 0; task < tasks; ++task) body(task, omp_get_thread_num());
    return;
  }
#endif
  for (int64_t task = 0; task < tasks; ++task) body(task, 0);
}

inline int64_t taskCount(int64_t rows, int64_t grain) { return (rows + grain - 1) / grain; }

// body(range, task) for ranges of `grain` rows.
template <typename Body>
void parallelRows(int64_t rows, int64_t grain, const Body& body) {
  parallelTasks(taskCount(rows, grain), [&](int64_t task, int) { body(RowRange{task * grain, std::min(rows, (task + 1) * grain)}, task); });
}

}  // namespace bornagain
