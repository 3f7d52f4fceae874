/** Beside the paper's own numbers. */
import { besideThePaper } from '../../analysis/paper.js';
import { numberCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { formatPlural } from '../../../util/format.js';
import type { Section } from '../section.js';

export function paperSection(experiment: LoadedExperiment): Section | null {
  const list = besideThePaper(experiment);
  if (list.length === 0) return null;
  const table: DataTable = {
    id: 'paper',
    caption: 'The paper’s verified numbers beside these',
    columns: ['what', 'paper', 'here'],
    rows: list.map(({ what, paper, here, isDifference }) => [
      textCell(what),
      ...[paper, here].map((value) => ({ text: `${isDifference && value > 0 ? '+' : ''}${numberCell(value, 1).text}`, value })),
    ]),
    notes: ['Medians, times 100; differences of medians in points.'],
  };
  return { id: 'paper', title: 'Beside the paper', intro: settings(experiment), blocks: [{ kind: 'table', table }] };
}

/** Not a count: half an epoch is one too. */
function epochs(number: number): string {
  return `${number} ${number === 1 ? 'epoch' : 'epochs'}`;
}

/** The numbers are of another model on other data: whoever compares them must know. */
function settings({ config, layers, results, calls }: LoadedExperiment): string[] {
  const seeds = Math.max(...results.summary.map(({ n }) => n));
  const folder = calls.at(-1)?.modelDir.split('/').at(-1);
  const model = `${folder === undefined ? 'the model named below' : folder}${layers === null ? '' : ` (${formatPlural(layers, 'encoder layer')})`}`;
  return [
    'The paper’s are of BERT-Large (24 layers) on all of GLUE, eight tasks without WNLI, medians of at least 20 seeds. Only numbers that were seen in the paper’s tables, or in ELECTRA’s of the same runs, are here; its averages only where these are over the same eight tasks.',
    `These are of ${model}, on ${formatPlural(config.tasks.length, 'task')} (${config.tasks.join(', ')}), at most ${formatPlural(seeds, 'seed')}; single models ${epochs(config.single.epochs)} of batch ${config.single.batchSize}, multi-task models ${config.multi.epochs} of ${config.multi.batchSize}. Other data, another encoder and other schedules: levels cannot be compared, signs and order can be looked at.`,
  ];
}
