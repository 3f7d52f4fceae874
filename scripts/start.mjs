/** `npm start`: sets up what is missing, then runs the quickstart into runs/quickstart. Further arguments go to `bornagain run`. */
import path from 'node:path';
import { execute, main } from './lib/console.mjs';
import { setup } from './lib/setup.mjs';
import { ROOT } from './lib/stamp.mjs';

await main(() => {
  setup();
  const quickstart = ['--preset', 'quickstart', '--data', 'data/mini-glue', '--model', 'models/tiny-bert', '--out', 'runs/quickstart'];
  return execute(process.execPath, [path.join(ROOT, 'dist/cli/main.js'), 'run', ...quickstart, ...process.argv.slice(2)], { cwd: ROOT });
});
