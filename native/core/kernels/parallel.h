// How kernels and the fused engine use threads: each task writes what no other writes, and where tasks decide in which order numbers are
// added, work is cut by its size alone and the tasks' sums are added up afterwards in task order. So results do not depend on the thread
// count. A task may itself call what is here, which then runs on that task's thread.
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

// Whether the calling thread is one of a parallel region's.
inline bool inParallel() {
#ifdef _OPENMP
  return omp_in_parallel() != 0;
#else
  return false;
#endif
}

// body(task, thread) for every task; it must not throw where there are several. `thread` is below maxThreads().
template <typename Body>
void parallelTasks(int64_t tasks, const Body& body) {
  int thread = 0;
#ifdef _OPENMP
  if (inParallel()) {
    thread = omp_get_thread_num();
  } else if (tasks > 1 && omp_get_max_threads() > 1) {
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t task = 0; task < tasks; ++task) body(task, omp_get_thread_num());
    return;
  }
#endif
  for (int64_t task = 0; task < tasks; ++task) body(task, thread);
}

inline int64_t taskCount(int64_t rows, int64_t grain) { return (rows + grain - 1) / grain; }

// body(range, task) for ranges of `grain` rows.
template <typename Body>
void parallelRows(int64_t rows, int64_t grain, const Body& body) {
  parallelTasks(taskCount(rows, grain), [&](int64_t task, int) { body(RowRange{task * grain, std::min(rows, (task + 1) * grain)}, task); });
}

// The same for the rows of a range, which begins at a multiple of `grain`; tasks are counted from row 0.
template <typename Body>
void parallelRows(RowRange rows, int64_t grain, const Body& body) {
  const int64_t first = rows.begin / grain;
  parallelTasks(taskCount(rows.end - rows.begin, grain), [&](int64_t i, int) {
    const int64_t task = first + i;
    body(RowRange{task * grain, std::min(rows.end, (task + 1) * grain)}, task);
  });
}

}  // namespace bornagain
