/** The scores that the tables and strips show: a row for each task and for the average, with every seed's value of each arm. */
import { AVERAGE } from '../../experiment/arm-tests.js';
import { averageScores, failedOnAverage, taskScores, type SeedScore } from '../../experiment/seed-scores.js';
import type { ArmSummary, Spread } from '../../experiment/summary.js';
import type { MetricName } from '../../metrics/types.js';
import { comparableAverage, comparedTasks } from '../averages.js';
import type { LoadedExperiment } from '../load/experiment.js';

export interface ArmScores {
  readonly arm: string;
  readonly series: number;
  readonly seeds: readonly SeedScore[];
  readonly spread: Spread;
  /** Failed runs; for the average, those that failed on any of its tasks. */
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

type Runs = LoadedExperiment['results']['runs'];

/** Tasks in the registry's order, the average last. Failed runs are in it unless `report.failedRuns` drops them. */
export function scoreRows({ registry, config, results }: LoadedExperiment): ScoreRow[] {
  const { runs, summary } = results;
  const ofArm = (arm: string): Runs => runs.filter((run) => run.arm === arm);
  const armScores = (
    spreadOf: (own: ArmSummary) => Spread | null,
    seedsOf: (own: Runs) => SeedScore[],
    failedOf: (own: ArmSummary) => number,
  ): ArmScores[] =>
    summary.flatMap((own) => {
      const spread = spreadOf(own);
      const series = config.arms.indexOf(own.arm);
      return spread === null ? [] : [{ arm: own.arm, series, spread, seeds: seedsOf(ofArm(own.arm)), failed: failedOf(own) }];
    });
  const rows = registry.all.flatMap(({ name, title, mainMetric }): ScoreRow[] => {
    const pick = (set: 'tasks' | 'mismatched'): ArmScores[] =>
      armScores(
        (own) => own[set][name] ?? null,
        (own) => taskScores(own, name, config, set),
        (own) => own.failed[name] ?? 0,
      );
    return [
      { key: name, title, metric: mainMetric, arms: pick('tasks') },
      { key: `${name}-mm`, title: `${title}-mm`, metric: mainMetric, arms: pick('mismatched') },
    ];
  });
  const compared = comparedTasks(summary, registry, config.report.average);
  const average = armScores(
    (own) => comparableAverage(own, compared),
    (own) => averageScores(own, config),
    ({ arm }) => failedOnAverage(ofArm(arm), config).filter(({ average }) => average !== null).length,
  );
  const title = config.report.average === 'glue' ? 'Average, as GLUE' : 'Average';
  return [...rows, { key: AVERAGE, title, metric: null, arms: average }].filter((row) => row.arms.length > 0);
}
