/** Which class was taken for which. */
import { confusions, type Confusion } from '../../analysis/confusion.js';
import { heatHeight, heatOption } from '../../charts/heat.js';
import { countCell, percentCell, textCell, wholePercent, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import type { Block, Figure, Section } from '../section.js';

/** Of more, the cells of a figure would be too narrow for their numbers. */
const LABELS_IN_A_FIGURE = 12;

export function confusionSection(experiment: LoadedExperiment): Section | null {
  const list = confusions(experiment);
  if (list.length === 0) return null;
  const tasks = [...new Set(list.map(({ task }) => task))];
  return {
    id: 'confusion',
    title: 'Confusion',
    intro: ['Rows are the label, columns the answer; percent of the row, all seeds of an arm together.'],
    blocks: tasks.map((task) =>
      taskBlock(
        experiment.registry.byName(task).title,
        list.filter((each) => each.task === task),
      ),
    ),
  };
}

function taskBlock(title: string, list: readonly Confusion[]): Block {
  const table = tableOf(title, list);
  if (tooMany(list)) return { kind: 'table', table, folded: true };
  return {
    kind: 'figures',
    id: `${table.id}-figures`,
    caption: table.caption,
    figures: list.map(figureOf),
    legend: [],
    table,
    folded: true,
  };
}

function tooMany([first]: readonly Confusion[]): boolean {
  return (first?.labels.length ?? 0) > LABELS_IN_A_FIGURE;
}

function figureOf({ task, arm, labels, counts }: Confusion): Figure {
  const cells = counts.flatMap((own, row) => {
    const total = own.reduce((sum, count) => sum + count, 0);
    return own.map((count, column) => {
      const share = total === 0 ? 0 : count / total;
      return { row, column, share, text: wholePercent(share) };
    });
  });
  const right = cells.filter(({ row, column }) => row === column).map(({ row, text }) => `${labels[row]} ${text}`);
  return {
    id: `confusion-${task}-${arm}`,
    title: arm,
    description: `Confusion of ${arm} on ${task}. Answered rightly: ${right.join(', ')}`,
    option: heatOption(labels, labels, cells, 'answer'),
    height: heatHeight(labels),
  };
}

function tableOf(title: string, list: readonly Confusion[]): DataTable {
  const [first] = list;
  return {
    id: `confusion-${first?.task}`,
    caption: `Confusion on ${title}`,
    columns: ['arm', 'seeds', 'label', 'answer', 'count', 'of the label'],
    rows: list.flatMap(({ arm, seeds, labels, counts }) =>
      counts.flatMap((own, row) => {
        const total = own.reduce((sum, count) => sum + count, 0);
        return own.flatMap((count, column) => {
          if (count === 0) return [];
          const names = [labels[row], labels[column]].map((name) => textCell(name ?? ''));
          return [[textCell(arm), countCell(seeds), ...names, countCell(count), percentCell(count / total)]];
        });
      }),
    ),
    notes: [
      'An answer that was never given to a label has no row.',
      ...(tooMany(list) ? [`There is no figure: ${first?.labels.length} labels are too many to be read in one.`] : []),
      ...list.flatMap(({ arm, unanswered }) =>
        unanswered === 0 ? [] : [`${arm}: ${unanswered} answers were not finite and are left out.`],
      ),
    ],
    filters: [0],
  };
}
