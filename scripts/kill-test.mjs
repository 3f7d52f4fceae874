/**
 * Kills an experiment with SIGKILL at random moments, again and again, and lets it finish at the end: models, scores and logs must be those
 * of the run that nobody disturbed.
 *
 *   node scripts/kill-test.mjs [--kills 50] [--seed 1] [--data data/mini-glue] [--model models/tiny-bert] [--set key=value …]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError, main, say } from './lib/console.mjs';
import { ROOT } from './lib/stamp.mjs';

/** Small enough for a few seconds, with teachers, a student, checkpoints every other step, and two models at once. */
const SETTINGS = [
  'tasks=["rte","wnli"]',
  'arms=["single","multi","single-multi"]',
  'single.epochs=1',
  'multi.epochs=2',
  'runtime.checkpointSteps=2',
  'runtime.parallelRuns=2',
];

/** Times of work, in result.json and timings.jsonl; all else must be the same. */
const TIMES = /"(seconds|tokensPerSecond)": ?[0-9.e+-]+/g;

/** A linear congruential generator (Numerical Recipes) is random enough for moments. @param {number} seed */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** @param {readonly string[]} args */
function start(args) {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist', 'cli', 'main.js'), 'run', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (/** @type {Buffer} */ bytes) => (text += bytes.toString()));
  return { child, message: () => text };
}

/** @param {readonly string[]} args */
async function runToTheEnd(args) {
  const began = performance.now();
  const { child, message } = start(args);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new SetupError(`the experiment ended with exit code ${code}:\n${message()}`);
  return performance.now() - began;
}

/** @param {readonly string[]} args @param {number} milliseconds */
async function runAndKill(args, milliseconds) {
  const { child, message } = start(args);
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new SetupError(`started again, the experiment ended with exit code ${code}:\n${message()}`);
  return signal === 'SIGKILL';
}

/** TensorBoard's files: each event has its time, and every call begins a file of its own. */
const EVENT_FILE = /^events\.out\.tfevents\./;

/** Hash of every file that is kept, by its path; the lock and the cache are not results. @param {string} folder */
function contents(folder) {
  /** @type {Record<string, string>} */
  const hashes = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || EVENT_FILE.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    const content = /\.jsonl?$/.test(entry.name) ? bytes.toString().replace(TIMES, '') : bytes;
    hashes[path.relative(folder, file)] = createHash('sha256').update(content).digest('hex');
  }
  return hashes;
}

/** @param {Record<string, string>} expected @param {Record<string, string>} found */
function differences(expected, found) {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter((file) => expected[file] !== found[file]).sort();
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      data: { type: 'string', default: path.join(ROOT, 'data', 'mini-glue') },
      model: { type: 'string', default: path.join(ROOT, 'models', 'tiny-bert') },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'kill-test-'));
  try {
    const args = (/** @type {string} */ out) => [
      ...['--preset', 'quickstart', '--data', values.data, '--model', values.model, '--cache', path.join(folder, 'cache')],
      ...['--out', path.join(folder, out), '--set', ...SETTINGS, ...values.set],
    ];
    const whole = await runToTheEnd(args('undisturbed'));
    say(`undisturbed: ${(whole / 1000).toFixed(1)} s`);
    const random = randomFrom(Number(values.seed));
    let kills = 0;
    for (let round = 0; kills < Number(values.kills); round += 1) {
      // A finished experiment has nothing left to disturb: begin another.
      const out = path.join(folder, `killed-${round}`);
      while (kills < Number(values.kills) && (await runAndKill(args(`killed-${round}`), random() * whole))) kills += 1;
      await runToTheEnd(args(`killed-${round}`));
      const different = differences(contents(path.join(folder, 'undisturbed')), contents(out));
      if (different.length > 0) throw new SetupError(`after ${kills} kills (seed ${values.seed}) these differ: ${different.join(', ')}`);
      say(`${kills} kills: experiment ${round + 1} ended with the same bytes`);
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
