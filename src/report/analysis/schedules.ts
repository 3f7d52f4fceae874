/** What the schedules did: λ and the learning rate of each arm, and which tasks its batches held. */
import { layerwiseScales } from '../../optim/layerwise.js';
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';
import { reportArms, type ReportArm } from './arms.js';

export interface ArmSchedule {
  readonly arm: string;
  readonly series: number;
  /** The run that was looked at: λ and the rate are the same for every seed, the rate not for every task where a grid chose it. */
  readonly runId: string;
  readonly points: readonly {
    readonly progress: number;
    readonly lambda: number | null;
    readonly learningRate: number;
    /** By task, of the examples since the point before. */
    readonly shares: Readonly<Record<string, number>>;
  }[];
  /** By task, over the whole training. */
  readonly totals: Readonly<Record<string, number>>;
}

/** Of each arm its first run that kept a log. */
export function armSchedules(experiment: LoadedExperiment): ArmSchedule[] {
  return reportArms(experiment).flatMap(({ name, series, runs }) => {
    const first = runs.find(({ course }) => course !== null);
    return first === undefined ? [] : [scheduleOf(name, series, first)];
  });
}

function scheduleOf(arm: string, series: number, { run, record, course }: LoadedRun): ArmSchedule {
  const points = course?.points ?? [];
  const totals: Record<string, number> = {};
  for (const { tasks } of points) for (const [task, { count }] of Object.entries(tasks)) totals[task] = (totals[task] ?? 0) + count;
  return {
    arm,
    series,
    runId: run.id,
    points: points.map(({ step, lambda, learningRate, tasks }) => ({
      progress: step / record.steps,
      lambda,
      learningRate,
      shares: sharesOf(Object.fromEntries(Object.entries(tasks).map(([task, { count }]) => [task, count]))),
    })),
    totals: sharesOf(totals),
  };
}

function sharesOf(counts: Readonly<Record<string, number>>): Record<string, number> {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / total]));
}

export interface LayerMultipliers {
  /** α. */
  readonly layerDecay: number;
  /** With the tasks where models of an arm's other tasks were trained with another α: `single (rte, cola)`. */
  readonly arms: readonly string[];
  /** From the output to the input. */
  readonly layers: readonly { readonly name: string; readonly multiplier: number }[];
}

/** One entry for each α that an arm was trained with; empty where the encoder's depth is not known. */
export function layerMultipliers(experiment: LoadedExperiment): LayerMultipliers[] {
  const { layers } = experiment;
  if (layers === null) return [];
  const byDecay = new Map<number, string[]>();
  for (const arm of reportArms(experiment))
    for (const [layerDecay, name] of armDecays(arm)) byDecay.set(layerDecay, [...(byDecay.get(layerDecay) ?? []), name]);
  const places = placesOf(layers);
  return [...byDecay].map(([layerDecay, arms]) => {
    const scales = layerwiseScales(
      places.map(({ parameter }) => parameter),
      { layers, alpha: layerDecay },
    );
    return { layerDecay, arms, layers: places.map(({ name }, index) => ({ name, multiplier: scales[index] ?? NaN })) };
  });
}

/** By the α that runs were trained with, which a grid may have chosen task by task: the arm's name. */
function armDecays({ name, runs }: ReportArm): Map<number, string> {
  const tasks = new Map<number, Set<string>>();
  for (const { run, record } of runs) {
    const layerDecay = Number(record.settings[`${run.kind}.layerDecay`]);
    tasks.set(layerDecay, new Set([...(tasks.get(layerDecay) ?? []), ...run.tasks]));
  }
  return new Map([...tasks].map(([layerDecay, own]) => [layerDecay, tasks.size === 1 ? name : `${name} (${[...own].join(', ')})`]));
}

/** A parameter that stands for each layer. */
function placesOf(layers: number): { name: string; parameter: string }[] {
  const encoder = Array.from({ length: layers }, (_, index) => layers - 1 - index);
  return [
    { name: 'task heads', parameter: 'heads.task.weight' },
    { name: 'pooler', parameter: 'bert.pooler.dense.weight' },
    ...encoder.map((layer) => ({ name: `layer ${layer + 1}`, parameter: `bert.encoder.layer.${layer}.output.dense.weight` })),
    { name: 'embeddings', parameter: 'bert.embeddings.word_embeddings.weight' },
  ];
}
