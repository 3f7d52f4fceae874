/** The scores that the tables and strips show: a row for each task and for the average, with every seed's value of each arm. */
import { AVERAGE } from '../../experiment/arm-tests.js';
import { averageScores, taskScores, type SeedScore } from '../../experiment/seed-scores.js';
import type { ArmSummary, Spread } from '../../experiment/summary.js';
import type { MetricName } from '../../metrics/types.js';
import type { LoadedExperiment } from '../load/experiment.js';

export interface ArmScores {
  readonly arm: string;
  readonly series: number;
  readonly seeds: readonly SeedScore[];
  readonly spread: Spread;
  /** Failed runs; for the average, on any of the tasks. */
  readonly failed: number;
}

export interface ScoreRow {
  /** A task's name, `<task>-mm` for a mismatched set, or `average`. */
  readonly key: string;
  readonly title: string;
  /** Null for the average. */
  readonly metric: MetricName | null;
  /** Only arms that have a score. */
  readonly arms: readonly ArmScores[];
}

/** Tasks in the registry's order, the average last. Failed runs are in it unless `report.failedRuns` drops them. */
export function scoreRows({ registry, config, results }: LoadedExperiment): ScoreRow[] {
  const { runs, summary } = results;
  const ofArm = (arm: string): LoadedExperiment['results']['runs'] => runs.filter((run) => run.arm === arm);
  const rows = registry.all.flatMap(({ name, title, mainMetric }): ScoreRow[] => {
    const pick = (set: 'tasks' | 'mismatched'): ArmScores[] =>
      armScores(
        summary,
        (own) => own[set][name] ?? null,
        (own) => taskScores(ofArm(own.arm), name, config, set),
        (own) => own.failed[name] ?? 0,
      );
    return [
      { key: name, title, metric: mainMetric, arms: pick('tasks') },
      { key: `${name}-mm`, title: `${title}-mm`, metric: mainMetric, arms: pick('mismatched') },
    ];
  });
  const average = armScores(
    summary,
    (own) => (sameTasks(summary, own) ? own.average : null),
    (own) => averageScores(ofArm(own.arm), config),
    (own) => Object.values(own.failed).reduce((sum, count) => sum + count, 0),
  );
  const title = config.report.average === 'glue' ? 'Average, as GLUE' : 'Average';
  return [...rows, { key: AVERAGE, title, metric: null, arms: average }].filter((row) => row.arms.length > 0);
}

function armScores(
  summary: readonly ArmSummary[],
  spreadOf: (own: ArmSummary) => Spread | null,
  seedsOf: (own: ArmSummary) => SeedScore[],
  failedOf: (own: ArmSummary) => number,
): ArmScores[] {
  return summary.flatMap((own, series) => {
    const spread = spreadOf(own);
    return spread === null ? [] : [{ arm: own.arm, series, spread, seeds: seedsOf(own), failed: failedOf(own) }];
  });
}

/** An average over fewer tasks than the other arms have would look like a gain. */
function sameTasks(all: readonly ArmSummary[], own: ArmSummary): boolean {
  return all.every(({ tasks }) => Object.keys(tasks).every((task) => task in own.tasks));
}
