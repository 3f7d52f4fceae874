/** For a folder that is no model: the models that lie within it, since a run's or an experiment's folder is easily taken for its model's. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** As many as a person can choose among. */
const NAMED = 3;
/** It bounds the search where the folder is a home or a disk; an experiment of a hundred runs has fewer. */
const MAX_FOLDERS = 1000;

/** `Did you mean runs/seed-1/model?`, or null where no model was found. The nearest come first. */
export async function nearbyModels(dir: string): Promise<string | null> {
  const found: string[] = [];
  const folders = [dir];
  for (let at = 0; at < Math.min(folders.length, MAX_FOLDERS) && found.length < NAMED; at += 1) {
    const folder = folders[at] as string;
    const { files, subfolders } = await entries(folder);
    if (at > 0 && isModel(files)) found.push(folder);
    else folders.push(...subfolders.slice(0, MAX_FOLDERS).map((name) => join(folder, name)));
  }
  return found.length === 0 ? null : `Did you mean ${found.join(' or ')}?`;
}

/** A config.json alone may be any program's. */
function isModel(files: readonly string[]): boolean {
  return files.includes('config.json') && files.some((name) => /^(pytorch_)?model\b/.test(name));
}

async function entries(folder: string): Promise<{ readonly files: string[]; readonly subfolders: string[] }> {
  try {
    const all = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    const namesOf = (directories: boolean): string[] => all.filter((entry) => entry.isDirectory() === directories).map(({ name }) => name);
    return { files: namesOf(false), subfolders: namesOf(true) };
  } catch {
    // What is wrong is told already; a folder that cannot be read only adds no hint to it.
    return { files: [], subfolders: [] };
  }
}
