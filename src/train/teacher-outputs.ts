/**
 * Asks a trained teacher about every training example, once, and keeps the answers: logits without dropout (docs/paper.md section 3.4). The
 * file's name carries the teacher's hash, so another teacher never meets an older one's file.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { TokenizedDataset } from '../data/types.js';
import { TeacherOutputs, writeTeacherOutputs } from '../distill/teacher-store.js';
import { BornAgainError } from '../util/errors.js';
import { computeLogits } from './evaluate.js';
import { InferenceModel } from './inference.js';
import type { SharedCores } from './shared-cores.js';

const HASH_DIGITS = 16;

export interface TeacherRequest {
  /** The teacher's model folder; it needs a head for the dataset's task. */
  readonly modelDir: string;
  /** The hash the caller knows that folder by (`modelFolderHash`). */
  readonly hash: string;
  /** The whole training set that the student learns from. */
  readonly dataset: TokenizedDataset;
  /** Where outputs are kept. */
  readonly folder: string;
  readonly runtime: Config['runtime'];
  /** Shared with the models that are trained meanwhile. */
  readonly cores: SharedCores;
  readonly signal?: AbortSignal | undefined;
}

export function teacherOutputsPath(folder: string, task: string, hash: string): string {
  return join(folder, `${task}-${hash.slice(0, HASH_DIGITS)}.arrow`);
}

/** Files that are being made now: students of one teacher may start together. */
const inProgress = new Map<string, Promise<void>>();

/**
 * The stored outputs, computed first where there are none, or awaited where another call computes them.
 * @throws BornAgainError ERR_TEACHER_LOGITS when the stored file is damaged, another teacher's, or does not cover the data; ERR_CANCELLED,
 *   ERR_IO, and what opening the model throws
 */
export async function teacherOutputs(request: TeacherRequest): Promise<TeacherOutputs> {
  const { hash, dataset, folder } = request;
  const path = teacherOutputsPath(folder, dataset.task.name, hash);
  // Why another call ended does not matter: where it failed or was cancelled there is no file, and this one asks.
  for (let other = inProgress.get(path); other !== undefined; other = inProgress.get(path)) await Promise.allSettled([other]);
  if (!existsSync(path)) {
    const asking = askTeacher(request, path).finally(() => inProgress.delete(path));
    inProgress.set(path, asking);
    await asking;
  }
  return TeacherOutputs.open(path, { teacherHash: hash, dataset });
}

/** A folder that is no longer the teacher the caller means is refused before anything is computed or written. */
async function askTeacher({ modelDir, hash, dataset, runtime, cores, signal }: TeacherRequest, path: string): Promise<void> {
  const teacher = await InferenceModel.open(modelDir, cores.runtimeOf(runtime));
  const { session } = teacher.evaluation;
  cores.lend(session, runtime);
  try {
    if (teacher.hash !== hash) {
      throw new BornAgainError(
        'ERR_TEACHER_LOGITS',
        `${modelDir} holds another model (${teacher.hash}) than the teacher that was trained there (${hash}). Delete its run's folder to train the teacher again`,
        { modelDir, expected: hash, found: teacher.hash },
      );
    }
    await writeTeacherOutputs(path, hash, dataset, await computeLogits({ ...teacher.evaluation, signal }, dataset));
  } finally {
    cores.takeBack(session);
    await teacher.close();
  }
}
