/**
 * Which runs of a plan are finished, for those who only look on: what the folder's files say is enough, and neither data nor model is read.
 * Model and data need no comparison, since a folder keeps those that it was begun with.
 */
import type { PlannedRun } from './arms.js';
import { findFinished } from './finished-runs.js';
import { readCurrentRecord, type RunRecord } from './run-record.js';
import { sameSettings, tasksScoredOtherwise, type InputHashes, type Settings } from './settings.js';
import { runFolder } from './sources.js';
import type { TaskRegistry } from '../tasks/index.js';

const NO_INPUTS: InputHashes = { model: '', data: {} };

/** What the configuration does not say; runs of an earlier version are shown as they are. */
const UNPLANNED = /^(model folder$|data of\.|training version$)/;

/**
 * By run id. A run counts when the plan's settings, teachers and the grid's choice included, are those it was trained and scored with: one
 * of a variant that says something else by now does not, nor does what that one's models taught. Reads only.
 * @param read the result of a run, null where it has none (`readCurrentRecord`)
 * @throws BornAgainError ERR_OUTPUT_FOLDER for a malformed result
 */
export function findCurrentRecords(
  outDir: string,
  plan: readonly PlannedRun[],
  registry: TaskRegistry,
  read: (runId: string) => Promise<RunRecord | null> = (id) => readCurrentRecord(runFolder(outDir, id)),
): Promise<Map<string, RunRecord>> {
  return findFinished({ inputs: NO_INPUTS }, outDir, plan, registry, async ({ id }, settings) => {
    const record = await read(id);
    return record !== null && isPlanned(record.settings, settings) ? record : null;
  });
}

function isPlanned(found: Settings, wanted: Settings): boolean {
  const [a, b] = [plannedOnly(found), plannedOnly(wanted)];
  return sameSettings(a, b) && tasksScoredOtherwise(a, b).length === 0;
}

function plannedOnly(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !UNPLANNED.test(name)));
}
