/** Builds the TypeScript, where its sources have changed. */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT, fingerprint, isStamped, packageVersion, stamp } from './stamp.mjs';

const require = createRequire(import.meta.url);
const DIST = path.join(ROOT, 'dist');
const typescriptPrint = () => fingerprint(['src', 'tsconfig.json', 'tsconfig.build.json'], packageVersion('typescript'));

/** Whether `dist` is what `buildTypeScript` would make of the sources now. */
export function isTypeScriptBuilt() {
  return isStamped('typescript', typescriptPrint()) && existsSync(path.join(DIST, 'index.js'));
}

export function buildTypeScript() {
  if (isTypeScriptBuilt()) return;
  // Before it is built: sources that change meanwhile are then built again.
  const print = typescriptPrint();
  timed('Building the TypeScript', () => {
    rmSync(DIST, { recursive: true, force: true });
    const status = execute(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', path.join(ROOT, 'tsconfig.build.json')]);
    if (status !== 0) throw new SetupError(`The TypeScript could not be built (exit code ${status}); the compiler's message is above.`);
    chmodSync(path.join(DIST, 'cli', 'main.js'), 0o755);
  });
  stamp('typescript', print);
}
