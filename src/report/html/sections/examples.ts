/** The browser of examples on which teacher, student and label are not of one mind. The page's script shows what this hands over. */
import { KINDS, SHOWN_PER_TASK, TOLERANCE, type Disagreement, type Disagreements } from '../../analysis/disagreements.js';
import { countCell, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import type { Texts } from '../../load/texts.js';
import { html, jsonMarkup } from '../markup.js';
import type { Section } from '../section.js';

export function examplesSection(experiment: LoadedExperiment, { shown, counts }: Disagreements, texts: Texts): Section | null {
  if (counts.length === 0) return null;
  const cut = counts.some(({ found }) => found > SHOWN_PER_TASK);
  const table = countTable(experiment, counts);
  return {
    id: 'examples',
    title: 'Where student or teacher is wrong',
    intro: [
      `Dev examples that the student of an arm’s first seed or its teacher gets wrong. Scores of a regression task agree within ${100 * TOLERANCE} % of their range.`,
      ...(cut ? [`Of each task and arm the first ${SHOWN_PER_TASK} are here; the table counts them all.`] : []),
      ...(texts.missing === null ? [] : [texts.missing]),
    ],
    blocks: [
      { kind: 'table', table },
      { kind: 'markup', markup: browser(shown.map((each) => entryOf(experiment, each, texts))) },
    ],
  };
}

function countTable({ registry }: LoadedExperiment, counts: Disagreements['counts']): DataTable {
  return {
    id: 'disagreements',
    caption: 'How many there are',
    columns: ['task', 'arm', 'examples', 'of', 'share'],
    rows: counts.map(({ task, arm, found, of }) => [
      textCell(registry.byName(task).title),
      textCell(arm),
      countCell(found),
      countCell(of),
      percentCell(found / of),
    ]),
    notes: [],
    filters: [0, 1],
  };
}

/** As page/examples.js reads it. */
function entryOf({ registry }: LoadedExperiment, each: Disagreement, texts: Texts): Record<string, string | null> {
  const text = texts.byTask.get(each.task)?.get(each.index);
  const seeds = each.seeds === null || each.seeds.all < 2 ? '' : ` (${each.seeds.alike} of ${each.seeds.all} seeds)`;
  return {
    task: registry.byName(each.task).title,
    arm: each.arm,
    kind: KINDS[each.kind],
    id: text?.id ?? `dev example ${each.index}`,
    label: each.gold,
    teacher: each.teacher,
    student: `${each.student}${seeds}`,
    textA: text?.textA ?? null,
    textB: text?.textB ?? null,
  };
}

function browser(entries: readonly object[]): ReturnType<typeof html> {
  return html`<div id="browser" class="browser">
    <noscript><p>The browser of examples needs this page’s script.</p></noscript>
    <script type="application/json" id="browser-data">
      ${jsonMarkup(entries)}
    </script>
  </div>`;
}
