/** Scores of one model as lines, fractions as in results.json: `rte  accuracy 0.7120`. */
import type { TaskScores } from '../train/events.js';

const DIGITS = 4;

/** `mismatched`: of the same tasks on their other set (MNLI), each below its task: `mnli mismatched  accuracy 0.6310`. */
export function formatScores(tasks: TaskScores, mismatched: TaskScores): string {
  const rows = Object.entries(tasks).flatMap(([name, scores]) => {
    const other = mismatched[name];
    return [[name, scores] as const, ...(other === undefined ? [] : [[`${name} mismatched`, other] as const])];
  });
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const lines = rows.map(([name, scores]) => {
    const values = Object.entries(scores).map(([metric, value]) => `${metric} ${value.toFixed(DIGITS)}`);
    return `${name.padEnd(width)}  ${values.join('  ')}`;
  });
  return lines.join('\n');
}
