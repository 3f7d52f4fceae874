/**
 * The checkpoints of one run: `step-<n>.safetensors` holds the session's whole state after n steps. Nothing else is needed to go on,
 * because batches, λ, learning rate and dropout are functions of seed and step. Two are kept, so that one unreadable file loses little.
 */
import { join } from 'node:path';
import { removeFile } from '../util/remove-file.js';
import { namesIn } from '../util/if-there.js';

const KEPT = 2;
const FILE_NAME = /^step-(\d+)\.safetensors$/;

export interface Checkpoint {
  /** Steps finished. */
  readonly step: number;
  readonly path: string;
}

export function checkpointPath(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(8, '0')}.safetensors`);
}

/** Newest first; empty where the folder does not exist. Throws ERR_IO. */
export function listCheckpoints(folder: string): Promise<Checkpoint[]> {
  return listNumbered(folder, FILE_NAME);
}

/** Files named by a step, the first group of `name`, the newest first; empty where the folder does not exist. Throws ERR_IO. */
export async function listNumbered(folder: string, name: RegExp): Promise<Checkpoint[]> {
  return (await namesIn(folder))
    .map((file) => ({ step: Number(name.exec(file)?.[1] ?? NaN), path: join(folder, file) }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
}

/**
 * Removes all but the newest two up to that of step `newest`. Call it after this one is whole on the disk. Later ones could not be gone on
 * from: they stay for whoever looks into it, and count for nothing. Throws ERR_IO.
 */
export async function pruneCheckpoints(folder: string, newest: number): Promise<void> {
  const own = (await listCheckpoints(folder)).filter(({ step }) => step <= newest);
  for (const { path } of own.slice(KEPT)) await removeFile(path);
}
