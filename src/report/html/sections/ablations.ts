/** What each part is worth: every variant against the arm that it departs from. */
import { differences } from '../../analysis/differences.js';
import { scoreRows } from '../../analysis/scores.js';
import { textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { differenceBlock } from '../difference-blocks.js';
import type { Section } from '../section.js';

export function ablationsSection(experiment: LoadedExperiment): Section | null {
  const { config, results } = experiment;
  const rows = scoreRows(experiment);
  const variants = results.summary.flatMap(({ arm }) => {
    const variant = config.variants[arm];
    return variant === undefined ? [] : [{ ...variant, arm, base: variant.arm }];
  });
  const groups = variants.map(({ arm, base }) => differences(rows, arm, base)).filter((group) => group.length > 0);
  if (groups.length === 0) return null;
  const table: DataTable = {
    id: 'variants',
    caption: 'What the variants change',
    columns: ['variant', 'of arm', 'settings', 'teachers'],
    rows: variants.map(({ arm, base, set, teachers }) => [arm, base, set.join(', '), teachers ?? 'the arm’s own'].map(textCell)),
    notes: [],
  };
  return {
    id: 'ablations',
    title: 'Ablations',
    intro: ['A variant is an arm with one thing changed, with the same teachers. Left of the line: worse without that part.'],
    blocks: [{ kind: 'table', table }, differenceBlock('ablations', 'Difference of each variant from its arm, in points', groups)],
  };
}
