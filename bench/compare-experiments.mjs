/**
 * Whether two experiments with the same settings but one score alike, arm by arm and task by task: `node bench/compare-experiments.mjs
 * A/results.json B/results.json [--arms single-multi]`. For bf16 against fp32 (`--set runtime.precision=…`), say. Prints a Markdown table: medians over the
 * seeds, the difference of the medians, the two-sided Mann-Whitney U test and Holm's correction over the whole table.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { taskRegistry } from '../dist/tasks/index.js';
import { holm, mannWhitney } from '../dist/statistics/index.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { arms: { type: 'string' } } });
if (positionals.length !== 2) throw new Error('expected two results.json');
const [a, b] = positionals.map((path) => JSON.parse(readFileSync(path, 'utf8')));
const registry = taskRegistry(a.config);
const arms = values.arms?.split(',') ?? a.config.arms.filter((arm) => b.config.arms.includes(arm));

/** Scores of one arm on one task, seed by seed. */
function scores({ runs }, arm, task) {
  const own = runs.filter((run) => run.arm === arm);
  return own.map((run) => (task === 'average' ? run.average : run.tasks[task][registry.byName(task).mainMetric]));
}

/** @param {number[]} list */
function median(list) {
  const sorted = [...list].sort((x, y) => x - y);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

const rows = arms.flatMap((arm) =>
  [...a.config.tasks, 'average'].map((task) => {
    const [x, y] = [scores(a, arm, task), scores(b, arm, task)];
    return { arm, task, n: [x.length, y.length], medians: [100 * median(x), 100 * median(y)], p: mannWhitney(x, y).p };
  }),
);
const adjusted = holm(rows.map(({ p }) => p));
console.log('| arm | task | n | median A | median B | B − A | p | adjusted p |\n|---|---|---|---:|---:|---:|---:|---:|');
for (const [i, { arm, task, n, medians, p }] of rows.entries()) {
  const cells = [arm, task, n.join(', '), ...medians.map((m) => m.toFixed(1)), (medians[1] - medians[0]).toFixed(1)];
  console.log(`| ${[...cells, p.toFixed(3), adjusted[i].toFixed(3)].join(' | ')} |`);
}
