/** Which averages may stand side by side: those over the same tasks. One over fewer would look like a gain. */
import type { ArmSummary, Spread } from '../experiment/summary.js';
import { averagedTasks, type AverageName } from '../metrics/index.js';
import type { TaskDefinition, TaskRegistry } from '../tasks/index.js';

/** The tasks that count in the average (under BAM's, WNLI does not), of those that any arm has a score for; in the registry's order. */
export function comparedTasks(summary: readonly ArmSummary[], registry: TaskRegistry, average: AverageName): TaskDefinition[] {
  const scored = registry.all.filter(({ name }) => summary.some(({ tasks }) => name in tasks));
  return averagedTasks(scored, average);
}

/** @param compared as `comparedTasks` has them; null for an arm that lacks one of them */
export function comparableAverage({ tasks, average }: ArmSummary, compared: readonly TaskDefinition[]): Spread | null {
  return compared.every(({ name }) => name in tasks) ? average : null;
}
