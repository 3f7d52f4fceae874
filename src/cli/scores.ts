/** Scores of one model as lines, fractions as in results.json: `rte  accuracy 0.7120`. */
import type { TaskScores } from '../train/events.js';

const DIGITS = 4;

export function formatScores(tasks: TaskScores): string {
  const width = Math.max(0, ...Object.keys(tasks).map((name) => name.length));
  const lines = Object.entries(tasks).map(([name, scores]) => {
    const values = Object.entries(scores).map(([metric, value]) => `${metric} ${value.toFixed(DIGITS)}`);
    return `${name.padEnd(width)}  ${values.join('  ')}`;
  });
  return lines.join('\n');
}
