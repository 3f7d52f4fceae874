/** Scores against scikit-learn and scipy: random and degenerate inputs of many sizes, and GLUE's averages. */
import { METRICS } from '../../src/config/metrics.js';
import { modelAverage, METRIC_NAMES, score, type MetricName } from '../../src/metrics/index.js';
import { TASKS } from '../../src/tasks/index.js';
import { createRandom, type Random } from '../../src/util/random.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { Largest } from './lib/difference.js';

const CASES = 150;
const BOUND = 1e-12;

interface Case {
  readonly name: string;
  readonly metric: MetricName;
  readonly predictions: readonly number[];
  readonly gold: readonly number[];
}

function list(size: number, make: () => number): number[] {
  return Array.from({ length: size }, make);
}

/** Few or many classes, balanced or not, agreeing or not; one class only among them. */
function classes(random: Random, metric: MetricName, row: number): Case {
  const count = metric === 'f1' ? 2 : 2 + random.integer(3);
  const size = row < 5 ? 1 + row : 1 + random.integer(2000);
  const bias = random.uniform() ** 3;
  const draw = (): number => (random.uniform() < bias ? 0 : random.integer(count));
  const gold = list(size, draw);
  const agreement = random.uniform();
  const predictions = gold.map((label) => (random.uniform() < agreement ? label : draw()));
  return { name: `${metric}, case ${row}, ${size} examples`, metric, predictions, gold };
}

/** Scores with and without ties, near and far from zero, constant ones among them. */
function scalars(random: Random, metric: MetricName, row: number): Case {
  const size = row < 5 ? 2 + row : 2 + random.integer(2000);
  const grid = random.integer(3) === 0 ? 2 + random.integer(20) : 0;
  const offset = metric === 'mse' ? 0 : ([0, 0, 5, 1000][random.integer(4)] ?? 0);
  const value = (): number => offset + (grid === 0 ? random.uniform() : random.integer(grid) / grid);
  const gold = row % 25 === 24 ? list(size, () => 0.3) : list(size, value);
  const noise = random.uniform() * 2;
  const predictions = gold.map((label) => (grid > 0 && random.integer(2) === 0 ? label : label + (random.uniform() - 0.5) * noise));
  return { name: `${metric}, case ${row}, ${size} examples`, metric, predictions, gold };
}

function averageFindings(random: Random): { readonly cases: readonly object[]; readonly own: readonly number[] } {
  const cases = Array.from({ length: 50 }, () => ({
    dev: Object.fromEntries(TASKS.map((task) => [task.name, Object.fromEntries(task.metrics.map((metric) => [metric, random.uniform()]))])),
    mismatched: { mnli: { accuracy: random.uniform() } },
  }));
  const own = cases.flatMap((scores) => [modelAverage(TASKS, scores, 'bam') ?? NaN, modelAverage(TASKS, scores, 'glue') ?? NaN]);
  return { cases, own };
}

export const comparison: Comparison = {
  what: 'metrics: scores and averages against scikit-learn, scipy and numpy',
  async run(peer) {
    const random = createRandom(7, 'metrics');
    const make = (metric: MetricName) => (METRICS[metric].kind === 'classification' ? classes : scalars);
    const cases = METRIC_NAMES.flatMap((metric) => Array.from({ length: CASES }, (_, row) => make(metric)(random, metric, row)));
    const averages = averageFindings(random);
    const theirs = await peer.ask<{ scores: (number | null)[]; averages: number[] }>('metrics.py', { cases, averages: averages.cases });
    const findings: Finding[] = METRIC_NAMES.map((metric) => {
      const largest = new Largest();
      cases.forEach((one, row) => {
        if (one.metric !== metric) return;
        // The peers have NaN, told as null, where a score is undefined: ours is then 0, with a warning.
        const { value, warning } = score(metric, one.predictions, one.gold);
        const expected = theirs.scores[row] ?? null;
        largest.add(expected === null ? (value === 0 && warning !== undefined ? 0 : Infinity) : Math.abs(value - expected), one.name);
      });
      return largest.finding(`${metric} against ${['pearson', 'spearman'].includes(metric) ? 'scipy' : 'scikit-learn'}`, BOUND);
    });
    const largest = new Largest();
    averages.own.forEach((value, row) => largest.add(Math.abs(value - (theirs.averages[row] ?? NaN)), `average ${row}`));
    return [...findings, largest.finding("BAM's and GLUE's average against numpy", BOUND)];
  },
};
