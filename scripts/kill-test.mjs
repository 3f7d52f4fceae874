/**
 * Kills an experiment with SIGKILL, again and again, and lets it finish at the end: models, scores and logs must be those of the run that
 * nobody disturbed. Every other kill is at a random moment; the ones between wait for the beginning of something (a checkpoint being
 * written, an evaluation, …), because random moments seldom find what is short. What a kill has hit is told by what it left on the disk.
 *
 *   node scripts/kill-test.mjs [--kills 50] [--seed 1] [--seconds N] [--target report] [--data data/mini-glue] [--model models/tiny-bert]
 *     [--set key=value …]
 *
 * With --seconds it ends after that time with whatever kills it came to; with --target every kill waits for the beginning of that.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError, main, say } from './lib/console.mjs';
import { ROOT } from './lib/stamp.mjs';

/**
 * Small enough for a few seconds, with teachers, a student, checkpoints every other step, evaluations on dev in between, and two models
 * at once.
 */
const SETTINGS = [
  'tasks=["rte","wnli"]',
  'arms=["single","multi","single-multi"]',
  'single.epochs=1',
  'multi.epochs=2',
  'selection.keep=best',
  'selection.every=5',
  'runtime.checkpointSteps=2',
  'runtime.parallelRuns=2',
];

/**
 * What a kill may hit, the most telling first: by the temporary file it left, or where none was, by how far the runs were.
 * @type {readonly [string, RegExp][]}
 */
const WRITES = [
  ['checkpoint', /checkpoints\/\.step-/],
  ['best model', /checkpoints\/\.best-/],
  ['teacher outputs', /^teacher-outputs\//],
  ['model', /\/\.model\./],
  ['report', /^report\//],
  ['results', /results?\.json/],
  ['other files', /./],
];
const PHASES = [...WRITES.map(([phase]) => phase), 'evaluation', 'steps', 'start-up'];
/** What kills that do not come at random wait for. */
const TARGETS = ['steps', 'checkpoint', 'evaluation', 'teacher outputs', 'best model', 'results', 'model', 'report'];

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

/** Paths of the files below a folder, with `/`. @param {string} folder */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Steps of each run that was begun and has not ended, by its id. @param {string} text what the experiment has said */
function runningSteps(text) {
  const begun = [...text.matchAll(/^run \d+\/\d+ (\S+): ([\d,]+) steps?/gm)].map(([, id, steps]) => [
    id,
    Number(steps?.replaceAll(',', '')),
  ]);
  return new Map(/** @type {[string, number][]} */ (begun.filter(([id]) => !text.includes(`${id}: finished in`))));
}

/** Lines of a run's log. @param {string} out @param {string} id */
function stepsDone(out, id) {
  const log = path.join(out, 'runs', ...id.split('/'), 'steps.jsonl');
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
}

/**
 * What a kill has hit.
 * @param {string} out @param {ReadonlySet<string>} before files that were there @param {number} began milliseconds since 1970
 * @param {string} text
 */
function phaseOf(out, before, began, text) {
  const cut = filesBelow(out).filter((file) => file.includes('.tmp') && !before.has(file));
  const write = WRITES.find(([, pattern]) => cut.some((file) => pattern.test(file)));
  if (write !== undefined) return write[0];
  const running = [...runningSteps(text)];
  // The report comes when every run has ended, and a kill between two of its files leaves no temporary one.
  if (running.length === 0) return isWritten(path.join(out, 'report'), began) ? 'report' : 'start-up';
  return running.some(([id, steps]) => stepsDone(out, id) >= steps) ? 'evaluation' : 'steps';
}

/** Whether anything was written into a folder. @param {string} folder @param {number} since milliseconds since 1970 */
function isWritten(folder, since) {
  return filesBelow(folder).some((file) => statSync(path.join(folder, file)).mtimeMs >= since);
}

/**
 * Whether a file that has just been touched is what a kill waits for. The last checkpoint of a run comes right before its evaluation.
 * @param {string} target @param {string} file @param {string} text
 */
function isTarget(target, file, text) {
  if (target === 'steps') return file.endsWith('steps.jsonl');
  if (target === 'evaluation') {
    const step = Number(/checkpoints\/step-(\d+)/.exec(file)?.[1] ?? NaN);
    return [...runningSteps(text)].some(([id, steps]) => steps === step && file.includes(id));
  }
  return WRITES.find(([, pattern]) => pattern.test(file))?.[0] === target && file.includes('.tmp');
}

/**
 * @param {readonly string[]} args @param {string} out
 * @param {{ milliseconds: number } | { target: string, nth: number, delay: number }} when
 * @returns what the kill has hit; null where the experiment was quicker
 */
async function runAndKill(args, out, when) {
  mkdirSync(out, { recursive: true });
  const before = new Set(filesBelow(out));
  const began = Date.now();
  const { child, message } = start(args);
  const kill = () => child.kill('SIGKILL');
  const timer = 'milliseconds' in when ? setTimeout(kill, when.milliseconds) : undefined;
  let seen = 0;
  const watcher = watch(out, { recursive: true }, (_, file) => {
    if (!('target' in when) || file === null || !isTarget(when.target, file, message())) return;
    seen += 1;
    if (seen !== when.nth) return;
    if (when.delay > 0) setTimeout(kill, when.delay);
    else kill();
  });
  // Folders under temporary names are renamed while the watcher is about to look into them; it goes on with the others.
  watcher.on('error', (error) => {
    if (!('code' in error) || error.code !== 'ENOENT') throw error;
  });
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  watcher.close();
  if (signal === null && code !== 0) throw new SetupError(`started again, the experiment ended with exit code ${code}:\n${message()}`);
  return signal === 'SIGKILL' ? phaseOf(out, before, began, message()) : null;
}

/** TensorBoard's files: each event has its time, and every call begins a file of its own. */
const EVENT_FILE = /^events\.out\.tfevents\./;

/** What tells of the calls and of their times: the page has all tables in it, and each of the others is a file of its own. */
const OF_THE_CALLS = /^(calls\.jsonl|index\.html|(calls|cost)\.(md|csv))$/;

/** Hash of every file that is kept, by its path; the lock and the cache are not results. @param {string} folder */
function contents(folder) {
  /** @type {Record<string, string>} */
  const hashes = {};
  for (const file of filesBelow(folder).filter(
    (name) => ![EVENT_FILE, OF_THE_CALLS].some((pattern) => pattern.test(path.basename(name))),
  )) {
    const bytes = readFileSync(path.join(folder, file));
    const content = /\.jsonl?$/.test(file) ? bytes.toString().replace(TIMES, '') : bytes;
    hashes[file] = createHash('sha256').update(content).digest('hex');
  }
  return hashes;
}

/** @param {Record<string, string>} expected @param {Record<string, string>} found */
function differences(expected, found) {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter((file) => expected[file] !== found[file]).sort();
}

/** What lasts a while: a kill comes anywhere in its first milliseconds. */
const LASTING = new Set(['evaluation', 'report']);

/**
 * @param {() => number} random @param {number} kill its number @param {number} whole milliseconds of the experiment
 * @param {string | undefined} only what every kill is to wait for
 */
function nextKill(random, kill, whole, only) {
  if (only === undefined && kill % 2 === 0) return { milliseconds: random() * whole };
  const target = only ?? TARGETS[Math.floor(kill / 2) % TARGETS.length] ?? 'checkpoint';
  return { target, nth: 1 + Math.floor(random() * 4), delay: LASTING.has(target) ? Math.floor(random() * 60) : 0 };
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: 'Infinity' },
      target: { type: 'string' },
      data: { type: 'string', default: path.join(ROOT, 'data', 'mini-glue') },
      model: { type: 'string', default: path.join(ROOT, 'models', 'tiny-bert') },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.target !== undefined && !TARGETS.includes(values.target))
    throw new SetupError(`--target is one of ${TARGETS.join(', ')}, not ${values.target}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'kill-test-'));
  const end = performance.now() + 1000 * Number(values.seconds);
  const hits = new Map(PHASES.map((phase) => [phase, 0]));
  try {
    const args = (/** @type {string} */ out) => [
      ...['--preset', 'quickstart', '--data', values.data, '--model', values.model, '--cache', path.join(folder, 'cache')],
      ...['--out', path.join(folder, out), '--set', ...SETTINGS, ...values.set],
    ];
    const whole = await runToTheEnd(args('undisturbed'));
    say(`undisturbed: ${(whole / 1000).toFixed(1)} s`);
    const random = randomFrom(Number(values.seed));
    let kills = 0;
    let tries = 0;
    const more = () => kills < Number(values.kills) && performance.now() < end;
    for (let round = 0; more(); round += 1) {
      // A finished experiment has nothing left to disturb: begin another.
      const out = path.join(folder, `killed-${round}`);
      while (more()) {
        tries += 1;
        const phase = await runAndKill(args(`killed-${round}`), out, nextKill(random, tries, whole, values.target));
        if (phase === null) break;
        kills += 1;
        hits.set(phase, (hits.get(phase) ?? 0) + 1);
      }
      await runToTheEnd(args(`killed-${round}`));
      const different = differences(contents(path.join(folder, 'undisturbed')), contents(out));
      if (different.length > 0) throw new SetupError(`after ${kills} kills (seed ${values.seed}) these differ: ${different.join(', ')}`);
      say(`${kills} kills: experiment ${round + 1} ended with the same bytes`);
    }
    say(`hit: ${[...hits].map(([phase, count]) => `${phase} ${count}`).join(', ')}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
