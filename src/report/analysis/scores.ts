/** The scores that the tables and strips show: a row for each task and for the average, with every seed's value of each arm. */
import type { ArmSummary, Spread } from '../../experiment/summary.js';
import type { MetricName } from '../../metrics/types.js';
import type { LoadedExperiment } from '../load/experiment.js';

/** As `tests` of results.json names it. */
export const AVERAGE = 'average';

export interface ArmScores {
  readonly arm: string;
  readonly series: number;
  /** By seed, in the order of the configuration. */
  readonly seeds: readonly { readonly seed: number; readonly score: number }[];
  readonly spread: Spread;
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

/** Tasks in the registry's order, the average last. */
export function scoreRows(experiment: LoadedExperiment): ScoreRow[] {
  const { registry, config, results } = experiment;
  const rows: ScoreRow[] = [];
  for (const { name, title, mainMetric } of registry.all) {
    const pick = (set: 'tasks' | 'mismatched'): ArmScores[] =>
      armScores(
        experiment,
        (run) => run[set][name]?.[mainMetric] ?? null,
        (summary) => summary[set][name] ?? null,
      );
    rows.push({ key: name, title, metric: mainMetric, arms: pick('tasks') });
    rows.push({ key: `${name}-mm`, title: `${title}-mm`, metric: mainMetric, arms: pick('mismatched') });
  }
  const title = config.report.average === 'glue' ? 'Average, as GLUE' : 'Average';
  const average = armScores(
    experiment,
    (run) => run.average,
    (summary) => (sameTasks(results.summary, summary) ? summary.average : null),
  );
  rows.push({ key: AVERAGE, title, metric: null, arms: average });
  return rows.filter((row) => row.arms.length > 0);
}

type Run = LoadedExperiment['results']['runs'][number];

function armScores(
  { results }: LoadedExperiment,
  scoreOf: (run: Run) => number | null,
  spreadOf: (summary: ArmSummary) => Spread | null,
): ArmScores[] {
  return results.summary.flatMap((summary, series) => {
    const spread = spreadOf(summary);
    if (spread === null) return [];
    const runs = results.runs.filter((run) => run.arm === summary.arm);
    const seeds = runs.map((run) => ({ seed: run.seed, score: scoreOf(run) }));
    return [
      { arm: summary.arm, series, spread, seeds: seeds.filter((each): each is { seed: number; score: number } => each.score !== null) },
    ];
  });
}

/** An average over fewer tasks than the other arms have would look like a gain. */
function sameTasks(all: readonly ArmSummary[], own: ArmSummary): boolean {
  return all.every(({ tasks }) => Object.keys(tasks).every((task) => task in own.tasks));
}
