/**
 * The paper's own numbers that are verified (docs/paper.md section 4: BERT-Large, GLUE dev, median of at least 20 seeds), beside this
 * experiment's. Numbers that only memory has are not here.
 */
import { isDeepStrictEqual } from 'node:util';
import { isArm } from '../../config/variants.js';
import { AVERAGE } from '../../experiment/arm-tests.js';
import { averagedTasks } from '../../metrics/index.js';
import { GLUE_TASKS } from '../../tasks/index.js';
import { comparedTasks } from '../averages.js';
import type { LoadedExperiment } from '../load/experiment.js';
import { differences } from './differences.js';
import { scoreRows } from './scores.js';

/** Percentages, by arm and row. */
const SCORES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  single: { [AVERAGE]: 84.0, cola: 60.6, sst2: 93.2, mrpc: 88.0, stsb: 90.0, qqp: 91.3, mnli: 86.6, qnli: 92.3, rte: 70.4 },
  multi: { [AVERAGE]: 85.5 },
  'single-multi': { [AVERAGE]: 86.0, rte: 82.8 },
};

/** Points of the average, against the arm named. */
const DIFFERENCES: readonly { readonly arm: string; readonly base: string; readonly points: number }[] = [
  { arm: 'no-layerwise-rates', base: 'single-multi', points: -0.3 },
  { arm: 'no-task-sampling', base: 'single-multi', points: -0.4 },
  { arm: 'lambda-0', base: 'single-multi', points: -0.5 },
  { arm: 'lambda-0.5', base: 'single-multi', points: -0.3 },
  { arm: 'multi-finetuned', base: 'multi', points: 0.3 },
  { arm: 'single-multi-finetuned', base: 'single-multi', points: 0.1 },
];

export interface Beside {
  readonly what: string;
  /** Percentages, or points. */
  readonly paper: number;
  readonly here: number;
  readonly isDifference: boolean;
}

/**
 * What both have; empty for an experiment of other tasks or arms. The paper's averages and their differences are beside averages of the same
 * kind over the same tasks alone.
 */
export function besideThePaper(experiment: LoadedExperiment): Beside[] {
  const { config } = experiment;
  const all = scoreRows(experiment);
  const rows = averagesAsThePaper(experiment) ? all : all.filter(({ key }) => key !== AVERAGE);
  const scores = rows.flatMap(({ key, title, arms }) =>
    arms.flatMap(({ arm, spread }): Beside[] => {
      const paper = SCORES[arm]?.[key];
      return paper === undefined ? [] : [{ what: `${arm}, ${title}`, paper, here: 100 * spread.median, isDifference: false }];
    }),
  );
  const average = rows.filter(({ key }) => key === AVERAGE);
  // A name alone does not make a variant the paper's: it may be of another arm.
  const known = DIFFERENCES.filter(({ arm, base }) => isArm(arm) || config.variants[arm]?.arm === base);
  const studies = known.flatMap(({ arm, base, points }) =>
    differences(average, arm, base).map(({ ofMedians }): Beside => ({
      what: `${arm} − ${base}, average`,
      paper: points,
      here: 100 * ofMedians,
      isDifference: true,
    })),
  );
  return [...scores, ...studies];
}

/** GLUE's tasks without WNLI (docs/paper.md section 4), all of them and no other. WNLI may be trained besides: it does not count. */
function averagesAsThePaper({ config, registry, results }: LoadedExperiment): boolean {
  const names = comparedTasks(results.summary, registry, config.report.average).map(({ name }) => name);
  const papers = averagedTasks(GLUE_TASKS, 'bam').map(({ name }) => name);
  return config.report.average === 'bam' && isDeepStrictEqual(names, papers);
}
