/** The grid search: which settings were tried on dev, and which was taken. */
import { formatPlural } from '../../../util/format.js';
import { triedSettings } from '../../analysis/grid-choices.js';
import { percentCell, pointsCell, textCell, type Cell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import type { Section } from '../section.js';

export function gridSection(experiment: LoadedExperiment): Section | null {
  const tried = triedSettings(experiment);
  if (tried.length === 0) return null;
  const { registry, results, config } = experiment;
  const model = (task: string): string => (task === 'all' ? 'all tasks' : registry.byName(task).title);
  const table: DataTable = {
    id: 'grid',
    caption: 'Settings tried on dev',
    columns: ['arm', 'model of', 'learning rate', 'layer decay', 'dev score', 'behind the chosen', 'chosen'],
    rows: tried.map(({ arm, task, learningRate, layerDecay, score, behind, chosen }) => [
      textCell(arm),
      textCell(model(task)),
      settingCell(learningRate),
      settingCell(layerDecay),
      percentCell(score, 2),
      pointsCell(behind, 2),
      textCell(chosen ? 'yes' : 'no'),
    ]),
    notes: [
      `The dev score is ${config.selection.metric} (selection.metric) times 100, the mean over the grid’s seeds. Behind is in points.`,
    ],
    filters: [0, 1, 6],
  };
  const counts = [...new Set((results.grid ?? []).map(({ seeds }) => seeds.length))];
  const seeds = counts.map((count) => formatPlural(count, 'seed')).join(' or ');
  return {
    id: 'grid',
    title: 'Grid search',
    intro: [
      `Each setting was trained with ${seeds}; the best on dev, the first of equals, was taken for all seeds.`,
      'A score on the set that chose the setting is an optimistic one, and so are the dev scores of this report, by as much as the settings differ by chance.',
    ],
    blocks: [{ kind: 'table', table }],
  };
}

/** As it is written in a configuration. */
function settingCell(value: number): Cell {
  return { text: String(value), value };
}
