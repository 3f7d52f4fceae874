/** Who gains from sharing a model, and who is hurt: every arm against Single. */
import { differences } from '../../analysis/differences.js';
import { scoreRows } from '../../analysis/scores.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { differenceBlock } from '../difference-blocks.js';
import type { Section } from '../section.js';

const BASE = 'single';

export function sharingSection(experiment: LoadedExperiment): Section | null {
  const rows = scoreRows(experiment);
  const { summary } = experiment.results;
  const others = summary.filter(({ arm }) => arm !== BASE && !(arm in experiment.config.variants));
  const groups = others.map(({ arm }) => differences(rows, arm, BASE)).filter((group) => group.length > 0);
  if (groups.length === 0) return null;
  const caption = 'Difference from Single, in points';
  return {
    id: 'sharing',
    title: 'Who gains from sharing',
    intro: [
      'Right of the line an arm is better than a model of that task alone, left of it worse. An interval that reaches over the line leaves the sign open.',
    ],
    blocks: [differenceBlock('sharing', caption, groups)],
  };
}
