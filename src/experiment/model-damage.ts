/** Whether the model of a finished run is still whole, as far as can be told without reading its weights. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkModelFolder } from '../nn/model-folder.js';
import { BornAgainError } from '../util/errors.js';

/**
 * A file of the run's model that is cut, missing or not what it should be: weights by their header and their size; null where there is none.
 * The weights' values are not looked at: that costs as much as their hash.
 * @throws BornAgainError ERR_IO where a file is there and cannot be read
 */
export async function damagedFile(runFolder: string): Promise<string | null> {
  const model = join(runFolder, 'model');
  try {
    await checkModelFolder(model);
    return null;
  } catch (error) {
    if (!(error instanceof BornAgainError)) throw error;
    const { path, file } = error.details;
    const damaged = [path, file].find((name) => typeof name === 'string') ?? model;
    if (error.code === 'ERR_IO' && existsSync(damaged)) throw error;
    return damaged;
  }
}
