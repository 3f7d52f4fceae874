/**
 * Finished runs that experiments share: `DIR/<key>` is a run's folder, the key a hash of everything that decides its bytes. Entries are put
 * there whole, by one rename, and never changed, so any number of experiments may use a store at once; two that train the same run at the
 * same time both do so, and one of them is kept.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { loadAddon } from '../native/load.js';
import { readHeadsFile } from '../nn/heads-file.js';
import { copyModelFolder } from '../nn/model-folder.js';
import { BornAgainError } from '../util/errors.js';
import { sha256 } from '../util/hash.js';
import { attemptIo, errnoOf, ioError } from '../util/io-error.js';
import { makeFolder } from '../util/make-folder.js';
import { copyLogs, wholeModel, type FinishedRun } from './adopt-run.js';
import type { RunContext } from './context.js';
import { readRunRecord, writeRunRecord, writeRunStart, type RunRecord } from './run-record.js';
import { decisiveHash, sameSettings, settingsHash, TRAINING_VERSION, type Settings } from './settings.js';

/** Where and how a run is computed: what the configuration says, and what that comes to here. */
export type Computed = Pick<RunContext, 'computes'> & { readonly config: Pick<Config, 'runtime'> };

/**
 * Unlike an experiment's folder, a store may be used by machines that compute differently, so the key holds what `auto` comes to here. The
 * number of threads decides nothing in the fused engine alone.
 */
export function runKey(settings: Settings, { computes, config: { runtime } }: Computed, hash = decisiveHash(settings)): string {
  const { runtimeVersion, instructionSet } = loadAddon().runtimeInfo();
  const { products, firstTokensOnly, evaluationBatchTokens } = runtime;
  const threads = computes.engine === 'fused' ? null : runtime.threads;
  const chosen = { ...computes, products, firstTokensOnly, evaluationBatchTokens, threads };
  return sha256(JSON.stringify([hash, { ...chosen, runtimeVersion, instructionSet, version: TRAINING_VERSION }]));
}

/** Null where there is no store, or no such run in it. Throws ERR_OUTPUT_FOLDER for an entry that is malformed. */
export async function findShared(settings: Settings, computed: Computed): Promise<FinishedRun | null> {
  const { shareDir } = computed.config.runtime;
  if (shareDir === null) return null;
  // Versions to which a task's title decided something made keys of all settings.
  for (const hash of new Set([decisiveHash(settings), settingsHash(settings)])) {
    const folder = join(shareDir, runKey(settings, computed, hash));
    const record = await readRunRecord(folder);
    if (record !== null && sameSettings(record.settings, settings)) return { folder, record };
  }
  return null;
}

/** Puts a finished run into the store; one that is there already, and whole, is left. Throws ERR_IO. */
export async function shareRun(runFolder: string, record: RunRecord, computed: Computed): Promise<void> {
  const { shareDir } = computed.config.runtime;
  if (shareDir === null) return;
  await attemptIo('write', shareDir, () => makeFolder(shareDir));
  const entry = join(shareDir, runKey(record.settings, computed));
  const draft = join(shareDir, `.${process.pid}-${randomUUID()}.tmp`);
  try {
    await fill(draft, runFolder, record);
    await moveInto(draft, entry);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function fill(draft: string, runFolder: string, record: RunRecord): Promise<void> {
  const model = join(runFolder, 'model');
  const description = await readHeadsFile(model);
  if (description === null) throw new BornAgainError('ERR_MODEL_FOLDER', `${model} has no bornagain.json`, { model });
  await writeRunStart(draft, { settings: record.settings, computes: record.computes });
  await copyLogs(runFolder, draft);
  await copyModelFolder(model, join(draft, 'model'), description.info);
  const { format: _format, ...outcome } = record;
  await writeRunRecord(draft, outcome);
}

async function moveInto(draft: string, entry: string): Promise<void> {
  try {
    await rename(draft, entry);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error))) throw ioError('write', entry, error);
    if (await isWhole(entry)) return;
    // A damaged entry makes way. It goes aside first, so that the place is never half a run.
    const aside = `${draft}.old`;
    await attemptIo('write', entry, async () => {
      await makeFolder(aside);
      await rename(entry, join(aside, 'entry'));
      await rename(draft, entry);
      await rm(aside, { recursive: true, force: true });
    });
  }
}

async function isWhole(entry: string): Promise<boolean> {
  try {
    const record = await readRunRecord(entry);
    return record !== null && (await wholeModel({ folder: entry, record })) !== null;
  } catch (error) {
    if (error instanceof BornAgainError) return false;
    throw error;
  }
}
