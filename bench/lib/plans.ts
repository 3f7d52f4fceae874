/** Which cells each mode measures, and how long. */
import type { CellPlan } from './cell.js';
import { MEASURED, type ModelName } from './models.js';
import { OPPONENTS, type Absent } from './opponents.js';
import type { Device, Precision } from './sides.js';
import { LENGTHS, type LengthsName } from './workload.js';

export type Mode = 'quick' | 'bars' | 'full';

const namesOf = (device: Device): string[] => OPPONENTS[device].map(({ name }) => name);
const ALL_OPPONENTS = namesOf('cpu');
export const BATCH_SIZES = [8, 32, 128];

const lengthsNames = Object.keys(LENGTHS) as LengthsName[];

/** Batches of 32 in a pass: enough to stand for fifty, few enough for seven passes of the slowest opponent. */
export const BATCHES: Record<ModelName, Record<Precision, number>> = {
  tiny: { bf16: 8, fp32: 8 },
  mini: { bf16: 6, fp32: 3 },
  base: { bf16: 2, fp32: 1 },
  large: { bf16: 1, fp32: 1 },
};

const PAIRS = 7;

/**
 * Those that are measured where `auto` computes in `fast`. A CPU that only emulates bf16 takes many times as long in it as in fp32, on both
 * sides, and nobody would train so.
 */
const precisionsWhere = (fast: Precision): readonly Precision[] => (fast === 'bf16' ? ['bf16', 'fp32'] : ['fp32']);

/** Without bf16 the opponent to beat is the one that pads to the longest in fp32, so it comes first: variants are paired with the first. */
const opponentsWhere = (fast: Precision): readonly string[] =>
  fast === 'bf16' ? ALL_OPPONENTS : ['eager-fp32-dynamic', 'eager-fp32-pad128'];

const batchesFor = (model: ModelName, precision: Precision, batch: number): number =>
  Math.max(1, Math.min(12, Math.round((BATCHES[model][precision] * 32) / batch)));

/** In three minutes: one length and batch, the opponents that decide. Base alone takes nearly two, so it is measured where it is asked for. */
function quickCells(fast: Precision): CellPlan[] {
  const shared = { device: 'cpu', lengths: 'mnli', batch: 32, variants: [] } as const;
  const opponents = opponentsWhere(fast);
  if (fast === 'fp32') {
    return [
      { ...shared, model: 'tiny', precision: 'fp32', opponents, batches: 4, pairs: 5 },
      { ...shared, model: 'mini', precision: 'fp32', opponents: ['eager-fp32-dynamic'], batches: 1, pairs: 3 },
      { ...shared, model: 'base', precision: 'fp32', opponents: ['eager-fp32-dynamic'], batches: 1, pairs: 3 },
    ];
  }
  return [
    { ...shared, model: 'tiny', precision: 'bf16', opponents, batches: 6, pairs: 5 },
    { ...shared, model: 'tiny', precision: 'fp32', opponents, batches: 4, pairs: 3 },
    { ...shared, model: 'mini', precision: 'bf16', opponents: ['eager-bf16-dynamic', 'eager-bf16-grouped'], batches: 3, pairs: 3 },
    { ...shared, model: 'base', precision: 'bf16', opponents: ['eager-bf16-dynamic'], batches: 1, pairs: 3 },
  ];
}

/** The models of a run that names none. */
export function measuredModels(device: Device, mode: Mode): readonly ModelName[] {
  return device === 'cpu' && mode === 'quick' ? ['tiny', 'mini'] : MEASURED[device];
}

/** All that has a bar: every opponent at MNLI's lengths and a batch of 32, the path without own matrix products, and bf16 against fp32. */
function barCells(fast: Precision): CellPlan[] {
  const opponents = opponentsWhere(fast);
  return MEASURED.cpu.flatMap((model) =>
    precisionsWhere(fast).map((precision): CellPlan => {
      const variants = precision === fast ? (['libtorch-products', 'portable'] as const) : (['bf16'] as const);
      const batches = BATCHES[model][precision];
      return { device: 'cpu', model, lengths: 'mnli', batch: 32, precision, opponents, batches, pairs: PAIRS, variants };
    }),
  );
}

/** Every model, lengths, batch and precision against every opponent of that precision. */
function allCells(fast: Precision): CellPlan[] {
  const bars = barCells(fast);
  const opponents = opponentsWhere(fast);
  const others = MEASURED.cpu.flatMap((model) =>
    lengthsNames.flatMap((lengths) =>
      BATCH_SIZES.flatMap((batch) =>
        precisionsWhere(fast).flatMap((precision): CellPlan[] => {
          if (lengths === 'mnli' && batch === 32) return [];
          const batches = batchesFor(model, precision, batch);
          return [{ device: 'cpu', model, lengths, batch, precision, opponents, batches, pairs: PAIRS, variants: [] }];
        }),
      ),
    ),
  );
  return [...bars, ...others];
}

/** A GPU takes all of these in minutes; --quick leaves the large batch out. */
function cudaCells(mode: Mode, absent: Absent): CellPlan[] {
  const sizes = mode === 'quick' ? [32] : [32, 128];
  const opponents = namesOf('cuda').filter((name) => !(name in absent));
  return MEASURED.cuda.flatMap((model) =>
    sizes.map((batch): CellPlan => {
      const shared = { device: 'cuda', model, lengths: 'mnli', batch, precision: 'bf16', variants: [] } as const;
      return { ...shared, opponents, batches: 12, pairs: mode === 'quick' ? 3 : PAIRS };
    }),
  );
}

/**
 * @param fast what `auto` computes in on this CPU; on CUDA all is bf16
 * @param absent of CUDA's opponents, those to leave out
 */
export function cellPlans(device: Device, mode: Mode, fast: Precision, absent: Absent = {}): CellPlan[] {
  if (device === 'cuda') return cudaCells(mode, absent);
  if (mode === 'quick') return quickCells(fast);
  return mode === 'bars' ? barCells(fast) : allCells(fast);
}

/** Repetitions of what is no cell. */
export const REPEATS: Record<
  Mode,
  {
    readonly evaluation: number;
    readonly memory: number;
    readonly start: number;
    readonly overhead: number;
    readonly tokenising: number;
    readonly quickstart: number;
  }
> = {
  quick: { evaluation: 3, memory: 1, start: 2, overhead: 1, tokenising: 3, quickstart: 1 },
  bars: { evaluation: 7, memory: 2, start: 5, overhead: 3, tokenising: 7, quickstart: 1 },
  full: { evaluation: 7, memory: 3, start: 7, overhead: 5, tokenising: 9, quickstart: 3 },
};
