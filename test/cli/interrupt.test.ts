/** Signals, sent to a real process that works until it is told to stop. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { thisProcess } from '../../src/experiment/lock-holder.js';
import { rtePlace } from '../experiment/experiment-rig.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { startCli } from './run-cli.js';

const dist = (file: string): string => JSON.stringify(pathToFileURL(resolve('dist', file)).href);

/** Says `ready`, then works for a minute; how it answers the signal is up to `onAbort`. */
const script = (onAbort: string): string => `
  import { interruptible } from ${dist('cli/interrupt.js')};
  import { describeError, exitCodeOf } from ${dist('cli/errors.js')};
  import { BornAgainError } from ${dist('util/errors.js')};
  const work = (signal) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 60_000);
    signal.addEventListener('abort', () => { ${onAbort} });
    console.log('ready');
  });
  interruptible('the same command goes on', (line) => console.log(line), work).then(
    () => { console.log('finished'); process.exit(0); },
    (error) => { console.log(describeError(error)); process.exit(exitCodeOf(error)); },
  );`;

async function interrupt(onAbort: string, signals: readonly NodeJS.Signals[]): Promise<{ code: number | null; output: string[] }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script(onAbort)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const lines = (): string[] => output.trim().split('\n');
  const pending = [...signals];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const next = pending.shift();
    if (next !== undefined) child.kill(next);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: lines() };
}

describe('interruptible', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s cancels the work, says how to go on, and ends with 130', async (signal) => {
    const cancelled = "clearTimeout(timer); reject(new BornAgainError('ERR_CANCELLED', 'cancelled at step 3'))";
    expect(await interrupt(cancelled, [signal])).toEqual({
      code: 130,
      output: ['ready', 'stopping after this step; Ctrl-C again ends at once', 'interrupted; the same command goes on'],
    });
  });

  it('a second signal ends at once, whatever the work does', async () => {
    expect(await interrupt('', ['SIGINT', 'SIGINT'])).toEqual({
      code: 130,
      output: ['ready', 'stopping after this step; Ctrl-C again ends at once'],
    });
  });

  it('work that finishes all the same has finished', async () => {
    expect(await interrupt('resolve()', ['SIGINT'])).toMatchObject({ code: 0, output: ['ready', expect.any(String), 'finished'] });
  });

  it('a failure while stopping is reported as that failure', async () => {
    const failed = "reject(new BornAgainError('ERR_IO', 'the disk is full'))";
    expect(await interrupt(failed, ['SIGINT'])).toMatchObject({
      code: 1,
      output: ['ready', expect.any(String), 'error: the disk is full'],
    });
  });
});

describe('a run that waits for another writer of its report', () => {
  async function interrupted(...more: string[]): Promise<{ code: number | null; stdout: string }> {
    const { dataDir, modelDir } = await rtePlace();
    const out = await temporaryFolder();
    // This process is alive, so that the run waits for it.
    await writeFile(join(out, 'report.lock.json'), JSON.stringify(thisProcess()));
    const place = ['--data', dataDir, '--model', modelDir, '--out', out];
    const settings = ['tasks=["rte"]', 'arms=["single"]', 'single.epochs=1', 'data.maxLength=48', 'runtime.threads=1'];
    const child = startCli(['run', ...place, ...more, '--set', ...settings]);
    const told = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told.stderr += text;
      if (!child.killed && told.stderr.includes('which writes the report')) child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: told.stdout };
  }

  it('tells its scores once before a signal ends it', async () => {
    const { code, stdout } = await interrupted();
    expect(code).toBe(130);
    expect(stdout.match(/ RTE .*accuracy/g)).toHaveLength(1);
    expect(stdout).toMatch(/\nResults: .*results\.json\n$/);
  });

  it('tells its results before a signal ends it', async () => {
    const { code, stdout } = await interrupted('--json');
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ arm: 'single', seed: 1, tasks: { rte: expect.any(Object) as object } }] });
  });
});
