/** A training step of ours against each opponent, in one cell of model × lengths × batch × precision. */
import type { Bench } from '../lib/bench.js';
import { calibrate, fastest, type Calibration } from '../lib/calibration.js';
import type { Cell, CellPlan, SideReport } from '../lib/cell.js';
import { writeBatches } from '../lib/folder.js';
import { firstTokenFlops, MODELS, trainingFlops, type ModelShape } from '../lib/models.js';
import { Contender, interleave, openWorker, type Pairs } from '../lib/paired.js';
import { OPPONENTS, type Opponent, type Padding } from '../lib/opponents.js';
import { ourPrecision, ourSettings, startOurs, startTheirs, type Precision, type Variant } from '../lib/sides.js';
import { median, pairedRatio, quantile } from '../lib/statistics.js';
import { makeLengths, makeRows, paddedLengths, poolSize, sampledBatches } from '../lib/workload.js';
import type { Worker } from '../lib/worker.js';

const SEED = 7;

/** A contender with what its report needs. */
interface Entry {
  readonly contender: Contender;
  /** Seconds from its process's start to the first step. */
  readonly firstStep: number;
  /** FLOPs for each real token: of the task, and those executed. */
  readonly useful: number;
  readonly executed: number;
  readonly fill: number;
}

/** Each opponent's cell, then each variant's. */
export async function measureCell(bench: Bench, plan: CellPlan): Promise<Cell[]> {
  const opponents = plan.opponents.flatMap((name) =>
    OPPONENTS[plan.device].filter((one) => one.name === name && one.precision === plan.precision),
  );
  const [first] = opponents;
  if (first === undefined) return [];
  const batches = await makeBatches(await bench.modelFolder(plan.model), plan);
  const workers: Worker[] = [];
  try {
    const ours = await enterOurs(bench, plan, batches, workers, 'default');
    const variants: Entry[] = [];
    for (const variant of plan.variants) variants.push(await enterOurs(bench, plan, batches, workers, variant));
    const theirs = await enterTheirs(bench, plan, batches, workers, opponents);
    const before = await calibrations(bench, plan, batches, workers);
    const pairs = await interleave(plan.pairs, ours.contender, contenders(theirs), contenders(variants));
    const after = await calibrations(bench, plan, batches, workers);
    const cell = (
      variant: Variant,
      opponent: Opponent | undefined,
      mine: Entry,
      other: Entry | undefined,
      of: Pairs | undefined,
    ): Cell[] => {
      if (opponent === undefined || other === undefined || of === undefined) return [];
      const { model, lengths, batch } = plan;
      const precision = ourPrecision(plan.precision, variant);
      const rate = (of: Precision): Calibration => fastest([before, after].flatMap((found) => found.get(of) ?? []));
      const gemm = rate(precision);
      const { median: ratio, low, high } = pairedRatio(of.ours, of.theirs);
      const place = { model, lengths, batch, precision, variant, opponent: opponent.name };
      return [
        {
          ...place,
          ratio,
          low,
          high,
          pairs: of.ours.length,
          fill: other.fill,
          ours: report(mine, gemm),
          theirs: report(other, rate(plan.precision)),
          gemm,
        },
      ];
    };
    return [
      ...opponents.flatMap((opponent, i) => cell('default', opponent, ours, theirs[i], pairs.opponents[i])),
      ...variants.flatMap((variant, i) => cell(plan.variants[i] ?? 'default', first, variant, theirs[0], pairs.variants[i])),
    ];
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

const contenders = (entries: readonly Entry[]): Contender[] => entries.map(({ contender }) => contender);

/** The real lengths of each list's batches. */
type BatchLengths = Readonly<Record<'plain' | 'grouped', readonly (readonly number[])[]>>;

async function makeBatches(folder: string, { lengths: name, batch, batches }: CellPlan): Promise<BatchLengths> {
  const lengths = makeLengths(name, poolSize(batch), SEED);
  const { data: plain, length: grouped } = sampledBatches(lengths, batch, batches);
  await writeBatches(folder, makeRows(lengths, SEED), { first: plain.slice(0, 1), plain, grouped });
  const of = (list: readonly (readonly number[])[]): number[][] => list.map((rows) => rows.map((row) => lengths[row] ?? 0));
  return { plain: of(plain), grouped: of(grouped) };
}

async function enterOurs(bench: Bench, plan: CellPlan, { plain }: BatchLengths, workers: Worker[], variant: Variant): Promise<Entry> {
  const worker = startOurs(variant);
  workers.push(worker);
  const { device } = plan;
  const request = { folder: await bench.modelFolder(plan.model), device, dropout: 0.1, threads: bench.threads };
  const firstStep = await openWorker(worker, { ...request, ...ourSettings(plan.precision, variant) }, { list: 'first' });
  const contender = new Contender(worker, {}, { list: 'plain', tokens: count(plain) });
  await contender.warm(device);
  const shape = MODELS[plan.model];
  const tokens = count(plain);
  const lengths = plain.flat();
  const [useful, executed] = [trainingFlops(shape, lengths) / tokens, firstTokenFlops(shape, lengths, device) / tokens];
  return { contender, firstStep, useful, executed, fill: 1 };
}

async function enterTheirs(
  bench: Bench,
  plan: CellPlan,
  batches: BatchLengths,
  workers: Worker[],
  opponents: readonly Opponent[],
): Promise<Entry[]> {
  const request = { folder: await bench.modelFolder(plan.model), dropout: 0.1, threads: bench.threads };
  const opened = new Map<string, { readonly worker: Worker; readonly firstStep: number }>();
  const open = async ({ program, settings }: Opponent): Promise<{ readonly worker: Worker; readonly firstStep: number }> => {
    const worker = startTheirs(bench.python, program);
    workers.push(worker);
    return { worker, firstStep: await openWorker(worker, request, { ...settings, list: 'first' }) };
  };
  const entries: Entry[] = [];
  for (const opponent of opponents) {
    const name = opponent.program.join(' ');
    const { worker, firstStep } = opened.get(name) ?? (await open(opponent));
    opened.set(name, { worker, firstStep });
    const lists = batches[opponent.list];
    const contender = new Contender(worker, opponent.settings, { list: opponent.list, tokens: count(lists) });
    await contender.warm(plan.device);
    entries.push({ contender, firstStep, ...paddedWork(MODELS[plan.model], lists, opponent.padding) });
  }
  return entries;
}

function paddedWork(shape: ModelShape, lists: BatchLengths['plain'], padding: Padding): Pick<Entry, 'useful' | 'executed' | 'fill'> {
  const padded = lists.flatMap((lengths) => paddedLengths(lengths, padding));
  const tokens = count(lists);
  return {
    useful: trainingFlops(shape, lists.flat()) / tokens,
    executed: trainingFlops(shape, padded) / tokens,
    fill: tokens / count([padded]),
  };
}

const count = (lists: readonly (readonly number[])[]): number => lists.flat().reduce((sum, length) => sum + length, 0);

/** In every precision that our side computes in; on CUDA LibTorch's products are asked of the peer, in whose process they are the same. */
async function calibrations(
  bench: Bench,
  plan: CellPlan,
  { plain }: BatchLengths,
  [ours, theirs]: readonly Worker[],
): Promise<Map<Precision, Calibration>> {
  const worker = plan.device === 'cpu' ? ours : theirs;
  if (worker === undefined) throw new Error('calibrated by a worker that is not there');
  const rows = Math.round(count(plain) / plain.length);
  const found = new Map<Precision, Calibration>();
  for (const precision of new Set((['default', ...plan.variants] as const).map((variant) => ourPrecision(plan.precision, variant)))) {
    found.set(precision, await calibrate(worker, MODELS[plan.model], rows, precision, bench.threads));
  }
  return found;
}

function report({ contender, firstStep, useful, executed }: Entry, gemm: Calibration): SideReport {
  const { rates, steps, peakMemory } = contender;
  const tokensPerSecond = median(rates);
  return {
    tokensPerSecond,
    p50: 1000 * quantile(steps, 0.5),
    p95: 1000 * quantile(steps, 0.95),
    peakMemory,
    firstStep,
    ofPeak: (useful * tokensPerSecond) / gemm.best,
    executed: (executed * tokensPerSecond) / gemm.atModel,
    useful: (useful * tokensPerSecond) / gemm.atModel,
  };
}
