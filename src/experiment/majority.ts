/** The score to beat that needs no model: one answer to every dev example, the commonest gold class or the mean of the gold scores. */
import { mean } from 'simple-statistics';
import type { TokenizedDataset } from '../data/types.js';
import { score } from '../metrics/index.js';
import type { MetricScores } from '../train/events.js';

/** In all metrics of the task; a correlation with one answer to everything is 0 (`score`). */
export function majorityScores(dev: TokenizedDataset): MetricScores {
  const { task, size } = dev;
  const gold = Float32Array.from({ length: size }, (_, index) => dev.label(index));
  const constant = new Float32Array(size).fill(task.kind === 'regression' ? mean([...gold]) : commonest(gold));
  return Object.fromEntries(task.metrics.map((metric) => [metric, score(metric, constant, gold).value]));
}

/** The first of equals. */
function commonest(gold: Float32Array): number {
  const counts = new Map<number, number>();
  for (const label of gold) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}
