/** Training losses over the steps, and dev scores where the training looked at dev on its way. */
import { devCurves, type DevCurve } from '../../analysis/dev-curves.js';
import { learningCurves, type LearningCurve } from '../../analysis/learning-curves.js';
import { LINES_HEIGHT, linesOption, PROGRESS } from '../../charts/lines.js';
import { countCell, numberCell, percent, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { legendOf } from '../legend.js';
import type { Block, Figure, Section } from '../section.js';

const timesHundred = (value: number): string => percent(value, 1);

export function learningSection(experiment: LoadedExperiment): Section | null {
  const [losses, scores] = [learningCurves(experiment), devCurves(experiment)];
  if (losses.length + scores.length === 0) return null;
  return {
    id: 'learning',
    title: 'Learning curves',
    intro: [...(losses.length === 0 ? [] : LOSS_INTRO), ...(scores.length === 0 ? [] : [DEV_INTRO])],
    blocks: [
      ...(losses.length === 0 ? [] : [lossBlock(experiment, losses)]),
      ...(scores.length === 0 ? [] : [devBlock(experiment, scores)]),
    ],
  };
}

const LOSS_INTRO = [
  'The mean loss of a task’s training examples since the point before, unweighted: median over the seeds, and the band from the smallest to the largest.',
  'A distilled model’s loss is against a moving target, the mixture of teacher and label, and cannot fall below that target’s own entropy: compare shapes, not heights, across arms.',
];

const DEV_INTRO =
  'On dev: the task’s main metric at each evaluation during training, median and band as above. The steps are those of the seed that trained longest; where some stopped early, the table has how many were left. These scores decide which model is kept or when training stops, so the best of them are optimistic.';

function lossBlock(experiment: LoadedExperiment, curves: readonly LearningCurve[]): Block {
  const tasks = [...new Set(curves.map(({ task }) => task))];
  const figures = tasks.map((task): Figure => {
    const own = curves.filter((curve) => curve.task === task);
    const { title } = experiment.registry.byName(task);
    const lines = own.map(({ arm, series, points, seeds }) => ({
      name: arm,
      series,
      points: points.map(({ progress, median }) => [progress, median] as const),
      ...(seeds > 1 && { band: points.map(({ low, high }) => [low, high] as const) }),
    }));
    const ends = own.map(({ arm, points }) => `${arm} ${points.at(-1)?.median.toFixed(3)}`);
    return {
      id: `learning-${task}`,
      title,
      description: `${title}: training loss over the steps. At the end: ${ends.join(', ')}`,
      option: linesOption(lines, { ...PROGRESS, y: 'loss' }),
      height: LINES_HEIGHT,
    };
  });
  const table: DataTable = {
    id: 'learning',
    caption: 'Training loss along the way',
    columns: ['task', 'arm', 'steps done', 'median', 'smallest', 'largest'],
    rows: curves.flatMap(({ task, arm, points }) =>
      points.map(({ progress, median, low, high }) => [
        textCell(experiment.registry.byName(task).title),
        textCell(arm),
        percentCell(progress, 0),
        ...[median, low, high].map((loss) => numberCell(loss, 4)),
      ]),
    ),
    notes: ['Steps done in percent.'],
    filters: [0, 1],
  };
  return { kind: 'figures', id: 'learning-figures', caption: table.caption, figures, legend: legendOf(experiment), table };
}

function devBlock(experiment: LoadedExperiment, curves: readonly DevCurve[]): Block {
  const figures = [...new Set(curves.map(({ task }) => task))].map((task): Figure => {
    const own = curves.filter((curve) => curve.task === task);
    const { title, mainMetric } = experiment.registry.byName(task);
    const lines = own.map(({ arm, series, points }) => ({
      name: arm,
      series,
      points: points.map(({ progress, median }) => [progress, median] as const),
      ...(points.some(({ seeds }) => seeds > 1) && { band: points.map(({ low, high }) => [low, high] as const) }),
    }));
    const ends = own.map(({ arm, points }) => `${arm} ${percent(points.at(-1)?.median ?? NaN)}`);
    return {
      id: `dev-${task}`,
      title,
      description: `${title}: ${mainMetric} on dev over the steps. At the end: ${ends.join(', ')}`,
      option: linesOption(lines, { ...PROGRESS, y: mainMetric, yFormat: timesHundred }),
      height: LINES_HEIGHT,
    };
  });
  const table: DataTable = {
    id: 'dev-scores',
    caption: 'Dev scores along the way',
    columns: ['task', 'arm', 'step', 'steps done', 'median', 'smallest', 'largest', 'seeds'],
    rows: curves.flatMap(({ task, arm, points }) =>
      points.map(({ step, progress, median, low, high, seeds }) => [
        textCell(experiment.registry.byName(task).title),
        textCell(arm),
        countCell(step),
        percentCell(progress, 0),
        ...[median, low, high].map((score) => percentCell(score)),
        countCell(seeds),
      ]),
    ),
    notes: ['Scores times 100; steps done in percent.'],
    filters: [0, 1],
  };
  return { kind: 'figures', id: 'dev-figures', caption: table.caption, figures, legend: legendOf(experiment), table };
}
