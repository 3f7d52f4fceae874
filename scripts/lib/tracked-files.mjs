/** What linters look at that are handed files by name. */
import { spawnSync } from 'node:child_process';
import { SetupError } from './console.mjs';
import { ROOT } from './stamp.mjs';

/**
 * Tracked and new files, without the ignored ones, relative to the package. A linter that is handed none has no complaint, so none is an error.
 * @param {...string} patterns
 */
export function trackedFiles(...patterns) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns];
  const { error, status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new SetupError(`git could not list the files to check: ${error?.message ?? stderr.trim()}`);
  const files = [...new Set(stdout.split('\n').filter(Boolean))];
  if (files.length === 0) throw new SetupError(`git lists no file ${patterns.join(' or ')} in ${ROOT} to check.`);
  return files;
}
