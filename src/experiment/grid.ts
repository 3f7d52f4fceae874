/**
 * A small grid over learning rate and layer decay, as the paper chooses alpha for its single-task models (docs/paper.md section 2): each setting
 * is trained with the first seeds, the best on dev is taken for all seeds. Trials are runs of the graph like others. Pure.
 */
import type { Config, TrainingShape } from '../config/schema.js';
import { selectionScore } from '../metrics/index.js';
import type { TaskDefinition } from '../tasks/types.js';
import type { PlannedRun } from './arms.js';
import type { RunRecord } from './run-record.js';

export type GridSetting = Pick<TrainingShape, 'learningRate' | 'layerDecay'>;

export interface GridPoint extends GridSetting {
  /** Ids of its trials, a run for each of the grid's seeds. */
  readonly trials: readonly string[];
}

export interface Grid {
  readonly points: readonly GridPoint[];
  readonly seeds: readonly number[];
}

/** What a grid came to, for one arm and one of its models. */
export interface GridResult {
  readonly arm: string;
  /** The model's task; `all` for a multi-task model. */
  readonly task: string;
  /** Of the trials. */
  readonly seeds: readonly number[];
  /** In the order they were tried; `score` is the mean over the seeds of what `selection.metric` says on dev. */
  readonly points: readonly (GridSetting & { readonly score: number })[];
  readonly chosen: GridSetting;
}

/** What a run is trained with: a single-task model's settings, or a multi-task model's. */
export function shapeOf({ kind, config }: Pick<PlannedRun, 'kind' | 'config'>): TrainingShape {
  return config[kind];
}

/** The settings to try, rates first; empty where there is nothing to choose. */
function settingsOf({ learningRate, layerDecay, grid }: TrainingShape): GridSetting[] {
  const rates = grid.learningRate.length === 0 ? [learningRate] : grid.learningRate;
  const decays = grid.layerDecay.length === 0 ? [layerDecay] : grid.layerDecay;
  const tried = grid.learningRate.length + grid.layerDecay.length;
  return tried === 0 ? [] : rates.flatMap((rate) => decays.map((decay) => ({ learningRate: rate, layerDecay: decay })));
}

/** The run itself with the setting; without a grid. */
export function withSetting(run: PlannedRun, { learningRate, layerDecay }: GridSetting): PlannedRun {
  const config: Config = { ...run.config, [run.kind]: { ...run.config[run.kind], learningRate, layerDecay } };
  return { ...run, config, grid: null };
}

/** Whether a trial with the run's seed has trained its model already, whichever setting is chosen. */
export function isTried({ grid, seed }: PlannedRun): boolean {
  return grid?.seeds.includes(seed) ?? false;
}

/** An arm's runs of one setting stand beside the arm's own: `single@rate-0.0001-decay-0.9`, which is no name a variant can have. */
function trialArm(arm: string, { learningRate, layerDecay }: GridSetting): string {
  return `${arm}@rate-${learningRate}-decay-${layerDecay}`;
}

/**
 * @param runs the run that the grid is for, as planned with each of the grid's seeds
 * @returns its trials, and the run's grid; null where nothing is to be chosen
 */
export function planGrid(runs: readonly PlannedRun[]): { trials: PlannedRun[]; grid: Grid } | null {
  const [first] = runs;
  const settings = first === undefined ? [] : settingsOf(shapeOf(first));
  if (settings.length === 0) return null;
  const trialsOf = (setting: GridSetting): PlannedRun[] =>
    runs.map((run) => {
      const arm = trialArm(run.arm, setting);
      return { ...withSetting(run, setting), arm, id: arm + run.id.slice(run.arm.length) };
    });
  const all = settings.map((setting) => ({ setting, trials: trialsOf(setting) }));
  return {
    trials: all.flatMap(({ trials }) => trials),
    grid: {
      points: all.map(({ setting, trials }) => ({ ...setting, trials: trials.map(({ id }) => id) })),
      seeds: runs.map(({ seed }) => seed),
    },
  };
}

/**
 * The setting with the best mean dev score, the first of equals.
 * @param tasks of the run
 * @returns null while a trial is not finished
 */
export function chooseSetting(
  { arm, kind, tasks: names, config }: PlannedRun,
  grid: Grid,
  records: ReadonlyMap<string, RunRecord>,
  tasks: readonly TaskDefinition[],
): GridResult | null {
  const points = [];
  for (const { trials, ...setting } of grid.points) {
    const finished = trials.map((id) => records.get(id)).filter((record) => record !== undefined);
    if (finished.length < trials.length) return null;
    const scores = finished.map(({ scores: dev, mismatched }) => selectionScore(tasks, { dev, mismatched }, config.selection.metric));
    points.push({ ...setting, score: scores.reduce((sum, score) => sum + score, 0) / scores.length });
  }
  const best = points.reduce((a, b) => (b.score > a.score ? b : a));
  const chosen = { learningRate: best.learningRate, layerDecay: best.layerDecay };
  return { arm, task: kind === 'single' ? String(names[0]) : 'all', seeds: grid.seeds, points, chosen };
}
