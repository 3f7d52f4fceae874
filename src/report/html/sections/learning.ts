/** Training losses over the steps. */
import { learningCurves } from '../../analysis/learning-curves.js';
import { LINES_HEIGHT, linesOption } from '../../charts/lines.js';
import { numberCell, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { legendOf } from '../legend.js';
import type { Figure, Section } from '../section.js';

const percentOf = (value: number): string => `${Math.round(100 * value)} %`;

export function learningSection(experiment: LoadedExperiment): Section | null {
  const curves = learningCurves(experiment);
  if (curves.length === 0) return null;
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
      option: linesOption(lines, { x: 'share of the steps', y: 'loss', xRange: [0, 1], xFormat: percentOf }),
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
  return {
    id: 'learning',
    title: 'Learning curves',
    intro: [
      'The mean loss of a task’s training examples since the point before, unweighted: median over the seeds, and the band from the smallest to the largest.',
      'A distilled model’s loss is against a moving target, the mixture of teacher and label, and cannot fall below that target’s own entropy: compare shapes, not heights, across arms.',
    ],
    blocks: [{ kind: 'figures', id: 'learning-figures', caption: table.caption, figures, legend: legendOf(experiment), table }],
  };
}
