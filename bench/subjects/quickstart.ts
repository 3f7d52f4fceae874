/** The whole quickstart, from a cold start to scored models on the disk: `bornagain run --preset quickstart` against bench/opponents/quickstart.py. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../../src/config/load.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { taskByName } from '../../src/tasks/index.js';
import type { Bench } from '../lib/bench.js';
import { runProgram } from '../lib/child.js';
import { median, pairedRatio } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';

const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const DATA = inPackage('data/mini-glue');
const MODEL = inPackage('models/tiny-bert');
const PROGRAM = inPackage('dist/cli/main.js');
const THEIRS = inPackage('bench/opponents/quickstart.py');

type Scores = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Theirs with the bench's threads and with one. */
export async function quickstart(bench: Bench, pairs: number): Promise<Figure[]> {
  const ours: number[] = [];
  const theirs = new Map([...new Set([bench.threads, 1])].map((threads) => [threads, [] as number[]]));
  for (let pair = 0; pair < pairs; pair += 1) {
    const out = join(bench.scratch, 'quickstart');
    const run = ['run', '--preset', 'quickstart', '--data', DATA, '--model', MODEL, '--out', out, '--cache', join(out, 'cache'), '--json'];
    const mine = await runProgram(process.execPath, [PROGRAM, ...run]);
    await rm(out, { recursive: true });
    ours.push(mine.seconds);
    for (const [threads, seconds] of theirs) {
      const other = await runProgram(bench.python, [
        THEIRS,
        DATA,
        MODEL,
        join(bench.scratch, 'quickstart-peer'),
        String(threads),
        bench.precision,
      ]);
      requireSameChain(JSON.parse(mine.output) as ExperimentResults, JSON.parse(other.output) as Scores);
      seconds.push(other.seconds);
    }
  }
  return [...theirs].map(([threads, seconds]) => {
    const { median: ratio, low, high } = pairedRatio(seconds, ours);
    const what = `the whole quickstart: nine teachers, multi-task and distilled model, scored and kept; theirs with ${threads} thread${threads === 1 ? '' : 's'}`;
    return { subject: 'quickstart', what, unit: 's', ours: median(ours), theirs: median(seconds), ratio, low, high };
  });
}

/** The other program trains, too, and as many models: its mean score is near ours, arm by arm. */
function requireSameChain({ runs }: ExperimentResults, theirs: Scores): void {
  const { arms } = resolveConfig({ preset: 'quickstart' });
  for (const arm of arms) {
    const own = runs.filter((run) => run.arm === arm).flatMap(({ tasks }) => Object.entries(tasks).map(mainScore));
    const other = Object.entries(theirs[arm] ?? {}).flatMap(([name, value]) => (name.endsWith('mismatched') ? [] : [value]));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const difference = Math.abs(mean(own) - mean(other));
    if (own.length !== other.length || !(difference < SCORE_BOUND)) {
      throw new Error(
        `quickstart: mean dev score of ${arm} is ${mean(own)} here (${own.length} scores) and ${mean(other)} there (${other.length})`,
      );
    }
  }
}

const mainScore = ([task, scores]: [string, Readonly<Record<string, number | undefined>>]): number =>
  scores[taskByName(task).mainMetric] ?? Number.NaN;

/** Two seeds of one program differ by about half of this. */
const SCORE_BOUND = 0.1;
