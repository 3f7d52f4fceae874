/** Tells whether something built is still what its sources say: a hash of their contents, kept in a file beside the result. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package: the scripts work from anywhere. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {string} file @returns {string[]} */
function filesUnder(file) {
  if (!existsSync(file)) return [];
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file)
    .sort()
    .flatMap((name) => filesUnder(path.join(file, name)));
}

/**
 * Hash of the contents of files and folders, given relative to the package, and of further facts.
 * @param {readonly string[]} sources
 * @param {...string} facts
 */
export function fingerprint(sources, ...facts) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of sources.flatMap((source) => filesUnder(path.join(ROOT, source)))) {
    hash.update(`\0${path.relative(ROOT, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** @param {string} name of a package that is installed @returns {string} */
export function packageVersion(name) {
  const { version } = /** @type {{ version: string }} */ (createRequire(import.meta.url)(`${name}/package.json`));
  return version;
}

const BUILD = path.join(ROOT, 'build');

/** @param {string} name @param {string} print @param {string} [folder] */
export function isStamped(name, print, folder = BUILD) {
  const file = path.join(folder, `${name}.stamp`);
  return existsSync(file) && readFileSync(file, 'utf8') === print;
}

/** @param {string} name @param {string} print @param {string} [folder] */
export function stamp(name, print, folder = BUILD) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.stamp`), print);
}
