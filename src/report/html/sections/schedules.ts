/** λ, learning rate, sampled task shares, and the layers' multipliers. */
import { armSchedules, layerMultipliers, type ArmSchedule } from '../../analysis/schedules.js';
import { LINES_HEIGHT, linesOption, PROGRESS } from '../../charts/lines.js';
import { numberCell, percentCell, textCell, wholePercent, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { legendOf } from '../legend.js';
import type { Block, Figure, LegendEntry, Section } from '../section.js';

export function schedulesSection(experiment: LoadedExperiment): Section | null {
  const schedules = armSchedules(experiment);
  if (schedules.length === 0) return null;
  return {
    id: 'schedules',
    title: 'Schedules',
    intro: [
      'What the training was told to do, as its log has it: of each arm its first run, which the table names. λ and rate are the same for every seed.',
      ...((experiment.results.grid ?? []).length === 0
        ? []
        : ['Where a grid chose the rate, models of an arm’s other tasks may have another.']),
    ],
    blocks: [ratesBlock(experiment, schedules), ...sharesBlock(experiment, schedules), ...multiplierBlock(experiment)],
  };
}

function ratesBlock(experiment: LoadedExperiment, schedules: readonly ArmSchedule[]): Block {
  const distilled = schedules.filter(({ points }) => points.some(({ lambda }) => lambda !== null));
  const lines = (
    list: readonly ArmSchedule[],
    value: (point: ArmSchedule['points'][number]) => number,
  ): Parameters<typeof linesOption>[0] =>
    list.map(({ arm, series, points }) => ({ name: arm, series, points: points.map((point) => [point.progress, value(point)] as const) }));
  const lambda: Figure = {
    id: 'lambda',
    title: 'λ, the weight of the label',
    description: `λ over the steps of ${distilled.map(({ arm }) => arm).join(', ')}: 0 is the teacher alone, 1 the label alone`,
    option: linesOption(
      lines(distilled, (point) => point.lambda ?? NaN),
      { ...PROGRESS, y: 'λ', yRange: [0, 1] },
    ),
    height: LINES_HEIGHT,
  };
  const rate: Figure = {
    id: 'schedule-rate',
    title: 'Learning rate of the heads',
    description: `Learning rate over the steps of ${schedules.map(({ arm }) => arm).join(', ')}`,
    option: linesOption(
      lines(schedules, ({ learningRate }) => learningRate),
      { ...PROGRESS, y: 'rate', yFormat: rateTick },
    ),
    height: LINES_HEIGHT,
  };
  const table: DataTable = {
    id: 'schedules',
    caption: 'λ and learning rate along the way',
    columns: ['arm', 'run', 'steps done', 'λ', 'learning rate'],
    rows: schedules.flatMap(({ arm, runId, points }) =>
      points.map(({ progress, lambda: own, learningRate }) => [
        textCell(arm),
        textCell(runId),
        percentCell(progress, 0),
        numberCell(own, 3),
        { text: learningRate.toExponential(2), value: learningRate },
      ]),
    ),
    notes: [],
    filters: [0],
  };
  const figures = distilled.length === 0 ? [rate] : [lambda, rate];
  return { kind: 'figures', id: 'schedule-figures', caption: table.caption, figures, legend: legendOf(experiment), table };
}

/** A tick's digits as they are, without what floating point leaves behind them. */
function rateTick(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(3)).toExponential();
}

function sharesBlock({ registry }: LoadedExperiment, schedules: readonly ArmSchedule[]): Block[] {
  const shared = schedules.filter(({ totals }) => Object.keys(totals).length > 1);
  if (shared.length === 0) return [];
  const tasks = registry.all.map(({ name }) => name).filter((name) => shared.some(({ totals }) => name in totals));
  const legend: LegendEntry[] = tasks.map((name, series) => ({ name: registry.byName(name).title, series }));
  const figures = shared.map(({ arm, points, totals }): Figure => {
    const own = tasks.filter((task) => task in totals);
    const lines = own.map((task) => ({
      name: task,
      series: tasks.indexOf(task),
      points: points.map(({ progress, shares }) => [progress, shares[task] ?? 0] as const),
    }));
    return {
      id: `shares-${arm}`,
      title: arm,
      description: `Share of each task in the batches of ${arm}: ${own.map((task) => `${task} ${wholePercent(totals[task] ?? 0)}`).join(', ')}`,
      option: linesOption(lines, { ...PROGRESS, y: 'share of examples', yFormat: wholePercent }),
      height: LINES_HEIGHT,
    };
  });
  const table: DataTable = {
    id: 'shares',
    caption: 'Which tasks the examples came from',
    columns: ['arm', ...legend.map(({ name }) => name)],
    rows: shared.map(({ arm, totals }) => [textCell(arm), ...tasks.map((task) => percentCell(totals[task]))]),
    notes: ['Percent of all examples drawn in the training of the first run.'],
  };
  return [{ kind: 'figures', id: 'share-figures', caption: table.caption, figures, legend, table }];
}

function multiplierBlock(experiment: LoadedExperiment): Block[] {
  const list = layerMultipliers(experiment);
  const [first] = list;
  if (first === undefined) return [];
  const names = first.layers.map(({ name }) => name);
  const figure: Figure = {
    id: 'layers',
    title: 'Multiplier of the learning rate, from the output down',
    description: list
      .map(({ layerDecay, layers }) => `α ${layerDecay}: from 1 at the heads to ${layers.at(-1)?.multiplier.toFixed(3)} at the embeddings`)
      .join('; '),
    option: linesOption(
      list.map(({ layers }, series) => ({ name: '', series, points: layers.map(({ multiplier }, depth) => [depth, multiplier] as const) })),
      { x: 'layers below the heads', y: 'multiplier', xRange: [0, names.length - 1], yRange: [0, 1], symbols: true },
    ),
    height: LINES_HEIGHT,
  };
  const table: DataTable = {
    id: 'layers',
    caption: 'Learning rate of each layer, as a multiple of the heads’',
    columns: ['α', 'arms', ...names],
    rows: list.map(({ layerDecay, arms, layers }) => [
      numberCell(layerDecay, 2),
      textCell(arms.join(', ')),
      ...layers.map(({ multiplier }) => numberCell(Number(multiplier.toPrecision(12)), 3)),
    ]),
    notes: ['α to the power of the distance from the output (Howard and Ruder 2018; as in BAM).'],
  };
  const legend = list.map(({ layerDecay, arms }, series) => ({ name: `α = ${layerDecay}: ${arms.join(', ')}`, series }));
  return [{ kind: 'figures', id: 'layer-figures', caption: table.caption, figures: [figure], legend, table }];
}
