/** Which runs of a plan are finished, and with which settings the others are to be trained. */
import type { TaskRegistry } from '../tasks/index.js';
import type { PlannedRun } from './arms.js';
import type { RunContext, RunSources } from './context.js';
import { chooseSetting, withSetting, type GridResult } from './grid.js';
import type { RunRecord } from './run-record.js';
import { runSettings, type Settings } from './settings.js';
import { sourcesOf, type Records } from './sources.js';

export interface ReadyRun {
  /** With the setting that its grid chose. */
  readonly run: PlannedRun;
  readonly sources: RunSources;
}

/** The run as it is to be trained; null while something it needs is not finished. Throws ERR_OUTPUT_FOLDER as `sourcesOf` does. */
export function resolveRun(outDir: string, run: PlannedRun, records: Records, registry: TaskRegistry): ReadyRun | null {
  const sources = sourcesOf(outDir, run, records, (task) => registry.byName(task).mainMetric);
  if (sources === null) return null;
  const choice = gridChoice(run, records, registry);
  return { sources, run: choice === null ? run : withSetting(run, choice.chosen) };
}

/** Null for a run without a grid, or while a trial is not finished. */
export function gridChoice(run: PlannedRun, records: Records, registry: TaskRegistry): GridResult | null {
  return run.grid === null ? null : chooseSetting(run, run.grid, records, run.tasks.map(registry.byName));
}

/**
 * By run id. A run counts when its settings, teachers included, are those it would be trained with now. Reads only.
 * @param plan teachers before students, so a student is only looked at when its teachers are known to be finished
 * @param find the result of a run with these settings, null where it is not finished
 * @throws BornAgainError ERR_OUTPUT_FOLDER for a malformed result
 */
export async function findFinished(
  { inputs }: Pick<RunContext, 'inputs'>,
  outDir: string,
  plan: readonly PlannedRun[],
  registry: TaskRegistry,
  find: (run: PlannedRun, settings: Settings) => Promise<RunRecord | null>,
): Promise<Map<string, RunRecord>> {
  const records = new Map<string, RunRecord>();
  for (const run of plan) {
    const ready = resolveRun(outDir, run, records, registry);
    if (ready === null) continue;
    const record = await find(run, runSettings(ready.run, inputs, ready.sources));
    if (record !== null) records.set(run.id, record);
  }
  return records;
}
