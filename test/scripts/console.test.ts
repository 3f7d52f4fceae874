import { expect, test } from 'vitest';
import { runModule } from './run-module.js';

test.each([
  ['process.exit(3)', 3],
  ['process.kill(process.pid, "SIGINT")', 130],
  ['process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60000)', 143],
])("a program's end is told as a shell tells it: %s", async (program, code) => {
  const body = `console.log(module.execute(process.execPath, ['-e', ${JSON.stringify(program)}]));`;
  expect((await runModule('console.mjs', body)).stdout.trim()).toBe(String(code));
});
