/** Which cells each mode measures, and how long. */
import type { CellPlan } from './cell.js';
import { MODELS, type ModelName } from './models.js';
import { OPPONENTS, type Precision } from './sides.js';
import { LENGTHS, type LengthsName } from './workload.js';

export type Mode = 'quick' | 'bars' | 'full';

const ALL_OPPONENTS = OPPONENTS.map(({ name }) => name);
const BATCH_SIZES = [8, 32, 128];
const PRECISIONS: readonly Precision[] = ['bf16', 'fp32'];

export const modelNames = Object.keys(MODELS) as ModelName[];
const lengthsNames = Object.keys(LENGTHS) as LengthsName[];

/** Batches of 32 in a pass: enough to stand for fifty, few enough for seven passes of the slowest opponent. */
const BATCHES: Record<ModelName, Record<Precision, number>> = {
  tiny: { bf16: 8, fp32: 8 },
  mini: { bf16: 6, fp32: 3 },
  base: { bf16: 2, fp32: 1 },
};

const PAIRS = 7;

const batchesFor = (model: ModelName, precision: Precision, batch: number): number =>
  Math.max(1, Math.min(12, Math.round((BATCHES[model][precision] * 32) / batch)));

/** In three minutes: one length and batch, the opponents that decide. */
function quickCells(): CellPlan[] {
  const shared = { lengths: 'mnli', batch: 32, variants: [] } as const;
  return [
    { ...shared, model: 'tiny', precision: 'bf16', opponents: ALL_OPPONENTS, batches: 6, pairs: 5 },
    { ...shared, model: 'tiny', precision: 'fp32', opponents: ALL_OPPONENTS, batches: 4, pairs: 3 },
    { ...shared, model: 'mini', precision: 'bf16', opponents: ['eager-bf16-dynamic', 'eager-bf16-grouped'], batches: 3, pairs: 3 },
    { ...shared, model: 'base', precision: 'bf16', opponents: ['eager-bf16-dynamic'], batches: 1, pairs: 3 },
  ];
}

/** All that has a bar: every opponent at MNLI's lengths and a batch of 32, the path without own matrix products, and bf16 against fp32. */
function barCells(): CellPlan[] {
  return modelNames.flatMap((model) =>
    PRECISIONS.map((precision): CellPlan => {
      const variants = precision === 'bf16' ? (['libtorch-products', 'portable'] as const) : (['bf16'] as const);
      const batches = BATCHES[model][precision];
      return { model, lengths: 'mnli', batch: 32, precision, opponents: ALL_OPPONENTS, batches, pairs: PAIRS, variants };
    }),
  );
}

/** Every model, lengths, batch and precision against every opponent of that precision. */
function allCells(): CellPlan[] {
  const bars = barCells();
  const others = modelNames.flatMap((model) =>
    lengthsNames.flatMap((lengths) =>
      BATCH_SIZES.flatMap((batch) =>
        PRECISIONS.flatMap((precision): CellPlan[] => {
          if (lengths === 'mnli' && batch === 32) return [];
          const batches = batchesFor(model, precision, batch);
          return [{ model, lengths, batch, precision, opponents: ALL_OPPONENTS, batches, pairs: PAIRS, variants: [] }];
        }),
      ),
    ),
  );
  return [...bars, ...others];
}

export function cellPlans(mode: Mode): CellPlan[] {
  if (mode === 'quick') return quickCells();
  return mode === 'bars' ? barCells() : allCells();
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
