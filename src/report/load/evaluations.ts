/** How a run's model scored on dev while it was trained. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILES, type SelectionLogEntry } from '../../train/run-log.js';
import { logEntries } from './log-entries.js';

/**
 * In the order of the steps; empty where dev played no part in the training.
 * @throws BornAgainError ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export async function readEvaluations(runFolder: string): Promise<SelectionLogEntry[]> {
  const file = join(runFolder, LOG_FILES.selection);
  const evaluations: SelectionLogEntry[] = [];
  if (existsSync(file)) for await (const entry of logEntries<SelectionLogEntry>(file)) evaluations.push(entry);
  return evaluations;
}
