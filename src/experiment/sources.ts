/** Where a run's teachers and its initial weights come from, when the runs it depends on are finished. */
import { join } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import type { PlannedRun } from './arms.js';
import type { ModelReference, RunSources } from './context.js';
import type { RunRecord } from './run-record.js';

/** Finished runs by id. */
export type Records = ReadonlyMap<string, RunRecord>;

/** Of a run's id (`PlannedRun`). */
export function runFolder(outDir: string, id: string): string {
  return join(outDir, 'runs', ...id.split('/'));
}

/** Ids of the runs that must be finished before this one. */
export function needsOf({ teachers, initial, grid }: PlannedRun): string[] {
  const trials = grid?.points.flatMap((point) => point.trials) ?? [];
  return [...new Set([...Object.values(teachers).flat(), ...(initial === null ? [] : [initial]), ...trials])];
}

/** Null while something the run needs is not finished. */
export function sourcesOf(outDir: string, run: PlannedRun, records: Records, mainMetric: (task: string) => string): RunSources | null {
  if (needsOf(run).some((id) => !records.has(id))) return null;
  const reference = (id: string): ModelReference => ({
    modelDir: join(runFolder(outDir, id), 'model'),
    hash: (records.get(id) as RunRecord).modelHash,
  });
  const teachers = Object.entries(run.teachers).map(([task, candidates]) => {
    const chosen = chooseTeachers(run, task, candidates, records, mainMetric(task));
    return [task, chosen.map(reference)] as const;
  });
  return { teachers: Object.fromEntries(teachers), initial: run.initial === null ? null : reference(run.initial) };
}

/** The first candidates, or those with the best dev score on the task; the earlier one where two are equal. */
function chooseTeachers(run: PlannedRun, task: string, candidates: readonly string[], records: Records, metric: string): readonly string[] {
  const { count, choose } = run.config.distillation.teachers;
  if (choose === 'seed') return candidates.slice(0, count);
  const scored = candidates.map((id) => ({ id, score: scoreOf(records, id, task, metric) }));
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ id }) => id);
}

function scoreOf(records: Records, id: string, task: string, metric: string): number {
  const score = (records.get(id)?.scores[task] as Readonly<Record<string, number>> | undefined)?.[metric];
  if (score !== undefined) return score;
  throw new BornAgainError('ERR_OUTPUT_FOLDER', `${id} has no dev ${metric} on ${task}, by which teachers are chosen`, { runId: id, task });
}
