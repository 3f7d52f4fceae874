/**
 * Finds the teacher of each task in a folder a person names: one model for each task, an experiment's OUT, or one model with all the heads.
 * The teacher reads the student's token ids, so it must have the student's tokeniser.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeadsFile } from '../nn/heads-file.js';
import { modelFolderHash } from '../nn/model-folder.js';
import { Tokenizer } from '../text/tokenizer.js';
import { BornAgainError } from '../util/errors.js';
import { ifThere, MISSING_OR_BELOW_FILE } from '../util/if-there.js';
import type { RunSources } from './context.js';

/**
 * Places looked at for a task, the first with a head for it wins: DIR/<task>/model, DIR/<task>, then the lowest seed of an experiment's
 * DIR/runs/single/<task>/seed-<n>/model or DIR/<task>/seed-<n>/model, then DIR/model and DIR itself.
 * @throws BornAgainError ERR_MODEL_FOLDER (a task without a teacher, with every place), ERR_TOKENIZER (another tokeniser)
 */
export async function findTeachers(teachersDir: string, tasks: readonly string[], modelDir: string): Promise<RunSources['teachers']> {
  const own = await Tokenizer.fromFolder(modelDir);
  const teachers: Record<string, RunSources['teachers'][string]> = {};
  for (const task of tasks) {
    const dir = await findTeacher(teachersDir, task);
    const { hash, source } = await Tokenizer.fromFolder(dir);
    if (hash !== own.hash) {
      throw new BornAgainError(
        'ERR_TOKENIZER',
        `the teacher of ${task} has another tokeniser (${source}) than the student (${own.source}); it would read other words. Train teacher and student from the same model`,
        { task, teacher: source, student: own.source },
      );
    }
    teachers[task] = [{ modelDir: dir, hash: await modelFolderHash(dir) }];
  }
  return teachers;
}

async function findTeacher(dir: string, task: string): Promise<string> {
  const seeds = [join(dir, 'runs', 'single', task), join(dir, task)];
  const bySeed = (await Promise.all(seeds.map(seedModels))).flat();
  const places = [join(dir, task, 'model'), join(dir, task), ...bySeed, join(dir, 'model'), dir];
  for (const place of places) {
    const description = await readHeadsFile(place);
    if (description?.heads.some((head) => head.task === task) === true) return place;
  }
  throw new BornAgainError(
    'ERR_MODEL_FOLDER',
    `no teacher for ${task} in ${dir}: none of ${places.join(', ')} is a model with a head for it`,
    {
      task,
      places,
    },
  );
}

/** `folder/seed-<n>/model`, the lowest seed first. */
async function seedModels(folder: string): Promise<string[]> {
  const names = (await ifThere(folder, () => readdir(folder), MISSING_OR_BELOW_FILE)) ?? [];
  const seeds = names.map((name) => /^seed-(\d+)$/.exec(name)?.[1]).filter((digits) => digits !== undefined);
  return seeds.sort((a, b) => Number(a) - Number(b)).map((seed) => join(folder, `seed-${seed}`, 'model'));
}
