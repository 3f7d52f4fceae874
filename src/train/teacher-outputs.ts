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

/**
 * The stored outputs, computed first where there are none.
 * @throws BornAgainError ERR_TEACHER_LOGITS when the stored file is damaged, another teacher's, or does not cover the data; ERR_CANCELLED,
 *   ERR_IO, and what opening the model throws
 */
export async function teacherOutputs(request: TeacherRequest): Promise<TeacherOutputs> {
  const { hash, dataset, folder } = request;
  const path = teacherOutputsPath(folder, dataset.task.name, hash);
  if (!existsSync(path)) await askTeacher(request, path);
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
