/** Do students answer as their teachers do? */
import { agreements, type Agreement } from '../../analysis/agreement.js';
import { stripsHeight, stripsOption } from '../../charts/strips.js';
import { countCell, numberCell, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { legendOf } from '../legend.js';
import type { Figure, Section } from '../section.js';

export function agreementSection(experiment: LoadedExperiment): Section | null {
  const list = agreements(experiment);
  if (list.length === 0) return null;
  const table = tableOf(experiment, list);
  const figures = [...new Set(list.map(({ task }) => task))].map((task) => figureOf(experiment, task, list));
  return {
    id: 'agreement',
    title: 'Teacher and student',
    intro: [
      'How often a student answers as its teacher does, on examples that neither was trained on. A student that is right where its teacher is wrong learnt more than it was taught.',
    ],
    blocks: [
      {
        kind: 'figures',
        id: 'agreement-figures',
        caption: table.caption,
        figures,
        legend: legendOf(experiment, new Set(list.map(({ arm }) => arm))),
        table,
      },
    ],
  };
}

function cellsOf({ agreement, outcomes, difference }: Agreement): DataTable['rows'][number] {
  return [
    outcomes === null ? numberCell(agreement, 3) : percentCell(agreement),
    percentCell(outcomes?.bothRight),
    percentCell(outcomes?.studentOnlyRight),
    percentCell(outcomes?.teacherOnlyRight),
    percentCell(outcomes?.sameError),
    percentCell(outcomes?.otherError),
    numberCell(difference, 2),
  ];
}

function figureOf({ registry }: LoadedExperiment, task: string, list: readonly Agreement[]): Figure {
  const { title } = registry.byName(task);
  const own = list.filter((each) => each.task === task);
  const strips = own.map(({ arm, series, agreement }) => ({ name: arm, series, values: [agreement] }));
  const correlation = own.every(({ outcomes }) => outcomes === null);
  const format = (value: number): string => (correlation ? value.toFixed(2) : (100 * value).toFixed(0));
  return {
    id: `agreement-${task}`,
    title: title,
    description: `${title}, agreement of student and teacher: ${own.map(({ arm, agreement }) => `${arm} ${format(agreement)}`).join(', ')}`,
    option: stripsOption(strips, correlation ? 'correlation with the teacher' : 'equal answers, percent', format),
    height: stripsHeight(strips),
  };
}

function tableOf({ registry }: LoadedExperiment, list: readonly Agreement[]): DataTable {
  return {
    id: 'agreement',
    caption: 'Agreement of students with their teachers on dev',
    columns: [
      'task',
      'arm',
      'seeds',
      'agreement',
      'both right',
      'only student right',
      'only teacher right',
      'same error',
      'other error',
      'difference',
    ],
    rows: list.map((each) => [textCell(registry.byName(each.task).title), textCell(each.arm), countCell(each.seeds), ...cellsOf(each)]),
    notes: [
      'Percent of the dev examples; for regression the Pearson correlation, and the mean difference in the task’s own range. Agreement and difference are medians over the seeds, the others means.',
    ],
    filters: [0, 1],
  };
}
