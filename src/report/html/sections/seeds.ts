/** Every seed of every arm, task by task. */
import { scoreRows } from '../../analysis/scores.js';
import { stripsHeight, stripsOption } from '../../charts/strips.js';
import { countCell, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import type { Figure, Section } from '../section.js';
import { legendOf } from '../legend.js';

export function seedsSection(experiment: LoadedExperiment): Section {
  const rows = scoreRows(experiment);
  const figures = rows.map(({ key, title, metric, arms }): Figure => {
    const strips = arms.map(({ arm, series, seeds }) => ({ name: arm, series, values: seeds.map(({ score }) => score) }));
    const medians = arms.map(({ arm, spread }) => `${arm} ${(100 * spread.median).toFixed(1)}`);
    return {
      id: `seeds-${key}`,
      title,
      description: `${title}: a point for each seed. Medians: ${medians.join(', ')}`,
      option: stripsOption(strips, metric ?? 'mean of the tasks', (value) => (100 * value).toFixed(1)),
      height: stripsHeight(strips),
    };
  });
  const table: DataTable = {
    id: 'seeds',
    caption: 'Every seed’s score',
    columns: ['task', 'arm', 'seed', 'score'],
    rows: rows.flatMap(({ title, arms }) =>
      arms.flatMap(({ arm, seeds }) =>
        seeds.map(({ seed, score }) => [textCell(title), textCell(arm), countCell(seed), percentCell(score, 2)]),
      ),
    ),
    notes: [],
    filters: [0, 1],
  };
  const caption =
    'Dev scores, times 100. A box holds the middle half of the seeds, its line is the median, its whiskers reach the extremes.';
  return {
    id: 'every-seed',
    title: 'Every seed',
    intro: ['Each point is a model. Axes begin where the scores do, so compare positions, not lengths.'],
    blocks: [{ kind: 'figures', id: 'seeds-figures', caption, figures, legend: legendOf(experiment), table }],
  };
}
