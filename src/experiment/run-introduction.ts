/** A run in words and figures for TensorBoard's text page: what is trained, from which seed, with which settings. */
import { flattenConfig } from '../config/load.js';
import type { PlannedRun } from './arms.js';

/** Of the configuration, what decides nothing about this run, or is said in the first lines. */
const LEFT_OUT = /^(preset|tasks|arms|seeds|variants|customTasks|report|logging)(\.|$)/;

/** Markdown. */
export function introduction({ id, arm, tasks, seed, config }: PlannedRun): string {
  const rows = Object.entries(flattenConfig(config)).filter(([path]) => !LEFT_OUT.test(path));
  return [
    `**${id}**: arm ${arm}, tasks ${tasks.join(', ')}, seed ${seed}, preset ${config.preset}`,
    '',
    '| key | value |',
    '|---|---|',
    ...rows.map(([path, value]) => `| ${path} | ${typeof value === 'string' ? value : JSON.stringify(value)} |`),
  ].join('\n');
}
