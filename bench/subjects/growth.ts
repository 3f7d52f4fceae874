/** How far it grows: tasks, rows, steps, runs side by side, lengths. Each study is a list of points, and a plot of them. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../lib/bench.js';
import { askProgram } from '../lib/child.js';
import type { Plot } from '../lib/figure-file.js';
import { MODELS, firstTokenFlops, type ModelName } from '../lib/models.js';
import { median, pairedRatio, slope } from '../lib/statistics.js';
import { runTraining } from '../lib/training.js';
import { makeLengths } from '../lib/workload.js';

const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface Study {
  /** Of its plot and its entry in growth.json. */
  readonly name: string;
  readonly plot: Plot;
  /** What it says, in a sentence with its figures. */
  readonly finding: string;
}

const ROUNDS = 10;

/** Tasks 1, 2, 4, 9 at equal steps: each round measures all of them, beginning with another one, and compares them among themselves. */
async function tasks(bench: Bench): Promise<Study> {
  const folder = await bench.modelFolder('tiny');
  const counts = [1, 2, 4, 9];
  const rates = new Map(counts.map((count) => [count, [] as number[]]));
  const lengths = makeLengths('mnli', 2000, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const i of counts.keys()) {
      const count = counts[(round + i) % counts.length] ?? 1;
      const answer = await runTraining({ folder, tasks: count, lengths, batch: 32, steps: 400, threads: bench.threads });
      rates.get(count)?.push(answer.tokensPerSecond);
    }
  }
  const plot: Plot = {
    title: 'Tasks, at 400 steps each',
    x: 'tasks',
    y: 'tokens/s',
    scale: 'linear',
    series: [{ name: `tiny, ${bench.precision}`, points: [...rates].map(([count, of]) => [count, median(of)] as const) }],
  };
  const alone = rates.get(1) ?? [];
  const ratios = counts.slice(1).map((count) => {
    const { median: ratio, low, high } = pairedRatio(rates.get(count) ?? [], alone);
    return `${count}: ${ratio.toFixed(3)} × (${low.toFixed(3)}–${high.toFixed(3)})`;
  });
  return { name: 'tasks', plot, finding: `tokens/s of so many tasks over one task's: ${ratios.join(', ')}` };
}

interface RowsAnswer {
  readonly prepare: number;
  readonly firstStep: number;
  readonly tokensPerSecond: number;
  readonly peak: number;
}

const ROWS = [10_000, 100_000, 1_000_000];

/** A training file of 10,000 rows, ten and a hundred times that: the first start tokenises, the later ones find it done. */
async function rows(bench: Bench): Promise<Study> {
  const sentences = (await readFile(inPackage('data/mini-glue/SST-2/train.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
  const findings: string[] = [];
  const points: Record<'firstStep' | 'peak' | 'rate', [number, number][]> = { firstStep: [], peak: [], rate: [] };
  for (const count of ROWS) {
    const data = join(bench.scratch, `rows-${count}`);
    await writeRows(data, sentences, count);
    const request = { data, out: data, model: inPackage('models/tiny-bert'), rows: count, steps: 400, threads: bench.threads };
    const ask = (): Promise<RowsAnswer> => askProgram(inPackage('bench/ours/rows.mjs'), request);
    const cold = await ask();
    const warm = [await ask(), await ask(), await ask()];
    const of = (value: (answer: RowsAnswer) => number): number => median(warm.map(value));
    points.firstStep.push([count, of(({ firstStep }) => firstStep)]);
    points.peak.push([count, of(({ peak }) => peak / 1e9)]);
    points.rate.push([count, of(({ tokensPerSecond }) => tokensPerSecond / 1e5)]);
    const [, start] = points.firstStep.at(-1) ?? [0, 0];
    const [, peak] = points.peak.at(-1) ?? [0, 0];
    const [, rate] = points.rate.at(-1) ?? [0, 0];
    const figures = `first step after ${start.toFixed(2)} s, ${(1000 * peak).toFixed(0)} MB at most, ${(1e5 * rate).toFixed(0)} tokens/s`;
    findings.push(`${count} rows: tokenised once in ${cold.prepare.toFixed(1)} s; then ${figures}`);
    await rm(data, { recursive: true });
  }
  const series = [
    { name: 'first step, s', points: points.firstStep },
    { name: 'peak memory, GB', points: points.peak },
    { name: 'tokens/s ÷ 100,000', points: points.rate },
  ];
  const plot: Plot = { title: 'Rows of the training set, already tokenised', x: 'rows', y: '', scale: 'log', series };
  return { name: 'rows', plot, finding: findings.join('. ') };
}

/** The sample's sentences in turn, each with its number, so that no two rows are the same. */
async function writeRows(data: string, sentences: readonly string[], count: number): Promise<void> {
  await mkdir(join(data, 'SST-2'), { recursive: true });
  const file = createWriteStream(join(data, 'SST-2', 'train.tsv'));
  file.write('sentence\tlabel\n');
  for (let row = 0; row < count; row += 1) {
    const [sentence, label] = (sentences[row % sentences.length] ?? '').split('\t');
    if (!file.write(`${row} ${sentence}\t${label}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** 2,000 steps whose shapes all differ. */
async function memory(bench: Bench): Promise<Study> {
  const folder = await bench.modelFolder('tiny');
  const lengths = makeLengths('mnli', 64_000, 2);
  const answer = await runTraining({ folder, tasks: 1, lengths, batch: 32, steps: 2000, threads: bench.threads });
  const points = answer.memory.map(([step, bytes]) => [step, bytes / 1e6] as const);
  const settled = points.filter(([step]) => step > answer.steps / 4);
  const grows = 1000 * slope(settled);
  const plot: Plot = {
    title: '2,000 steps of varying shapes',
    x: 'step',
    y: 'MB resident',
    scale: 'linear',
    series: [{ name: `tiny, ${bench.precision}`, points }],
  };
  return {
    name: 'memory',
    plot,
    finding: `resident memory grows by ${grows.toFixed(3)} kB a step behind the first quarter of ${answer.steps} steps`,
  };
}

/** Two trainings at once, a thread each, against one after the other with all threads. */
async function sideBySide(bench: Bench): Promise<Study> {
  const counts = [1, 2, 4];
  const folder = await bench.modelFolder('tiny');
  const lengths = makeLengths('mnli', 2000, 4);
  const request = { folder, tasks: 1, lengths, batch: 32, steps: 300 };
  const together: [number, number][] = [];
  const inTurn: [number, number][] = [];
  for (const runs of counts) {
    const seconds = { together: [] as number[], inTurn: [] as number[] };
    for (let repeat = 0; repeat < 3; repeat += 1) {
      const threads = Math.max(1, Math.floor(bench.threads / runs));
      seconds.together.push((await runTraining({ ...request, runs, together: true, threads })).allSeconds);
      seconds.inTurn.push((await runTraining({ ...request, runs, threads: bench.threads })).allSeconds);
    }
    together.push([runs, median(seconds.together)]);
    inTurn.push([runs, median(seconds.inTurn)]);
  }
  const series = [
    { name: 'side by side', points: together },
    { name: 'one after another', points: inTurn },
  ];
  const plot: Plot = { title: 'Trainings side by side', x: 'trainings', y: 's', scale: 'linear', series };
  const gains = together.map(([runs, seconds], i) => `${runs}: ${((inTurn[i]?.[1] ?? Number.NaN) / seconds).toFixed(2)} ×`);
  return { name: 'side-by-side', plot, finding: `trainings at once against one after another, times faster: ${gains.join(', ')}` };
}

const LENGTHS = [16, 32, 64, 128, 256, 512];
const TOKENS = 4096;

/** Batches of 4,096 tokens in sequences of one length: measured time per token, and what the FLOPs say, made equal at 128. */
async function lengths(bench: Bench): Promise<Study> {
  const series = [];
  const findings: string[] = [];
  for (const model of ['tiny', 'mini'] as const) {
    const folder = await bench.modelFolder(model);
    const times = new Map(LENGTHS.map((length) => [length, [] as number[]]));
    for (let repeat = 0; repeat < 3; repeat += 1) {
      for (const [length, of] of times) of.push(await timePerToken(bench, folder, length, model));
    }
    const measured = [...times].map(([length, of]) => [length, median(of)] as const);
    const flops = (length: number): number => firstTokenFlops(MODELS[model], Array<number>(TOKENS / length).fill(length), 'cpu') / TOKENS;
    const atReference = (times.get(128) ?? []).length > 0 ? median(times.get(128) ?? []) / flops(128) : Number.NaN;
    const expected = measured.map(([length]) => [length, flops(length) * atReference] as const);
    const unit = Math.max(...measured.map(([, time]) => time));
    series.push({ name: `${model}, measured`, points: measured.map(([length, time]) => [length, time / unit] as const) });
    series.push({ name: `${model}, by FLOPs`, points: expected.map(([length, time]) => [length, time / unit] as const) });
    const ratios = measured.map(([length, time], i) => `${length}: ${(time / (expected[i]?.[1] ?? Number.NaN)).toFixed(2)}`);
    findings.push(`${model}: time per token over the formula's, equal at 128: ${ratios.join(', ')}`);
  }
  const plot: Plot = { title: 'Sequence lengths, 4,096 tokens a batch', x: 'length', y: 'time per token, relative', scale: 'log', series };
  return { name: 'lengths', plot, finding: findings.join('. ') };
}

async function timePerToken(bench: Bench, folder: string, length: number, model: ModelName): Promise<number> {
  const batch = TOKENS / length;
  const request = { folder, tasks: 1, lengths: Array<number>(4 * batch).fill(length), batch, threads: bench.threads };
  const answer = await runTraining({ ...request, steps: model === 'tiny' ? 60 : 12 });
  return 1e6 / answer.tokensPerSecond;
}

const STUDIES = { tasks, rows, memory, 'side-by-side': sideBySide, lengths } as const;
export const STUDY_NAMES = Object.keys(STUDIES) as (keyof typeof STUDIES)[];

export async function growth(bench: Bench, names: readonly (keyof typeof STUDIES)[], figures: string): Promise<Study[]> {
  await mkdir(figures, { recursive: true });
  const { writePlot } = await import('../lib/figure-file.js');
  const studies: Study[] = [];
  for (const name of names) {
    bench.say(`growth: ${name}`);
    const study = await STUDIES[name](bench);
    await writePlot(join(figures, `growth-${study.name}.svg`), study.plot);
    studies.push(study);
  }
  return studies;
}
