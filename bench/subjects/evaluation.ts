/**
 * Evaluation, which is also how a teacher's logits are made: no dropout, no gradient. Theirs in batches of 32 sequences, in the data's order as
 * Transformers' Trainer evaluates, and in length order; ours always sorts, as the project does (`runtime.evaluationBatchTokens`).
 */
import type { Bench } from '../lib/bench.js';
import { writeBatches, type Lists } from '../lib/folder.js';
import type { ModelName } from '../lib/models.js';
import { ourSettings, startOurs, startTheirs, type EvaluateAnswer } from '../lib/sides.js';
import { geometricMean, median, pairedRatio } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';
import type { Worker } from '../lib/worker.js';
import { makeLengths, makeRows, poolSize, sampledBatches, tokenBatches } from '../lib/workload.js';

const SEED = 11;
const BATCH_TOKENS = 4096;
const BATCH = 32;
/** Batches of theirs: a pass is about a second. */
const BATCHES: Record<ModelName, number> = { tiny: 48, mini: 8, base: 2, large: 1 };
/** Ours are several times shorter: this many of them, so that a turn is not too short to be measured. */
const OUR_PASSES: Record<ModelName, number> = { tiny: 4, mini: 4, base: 2, large: 1 };
const ATTENTIONS = ['eager', 'sdpa'] as const;
const ORDERS = ['data', 'length'] as const;

interface Opponent {
  readonly attention: (typeof ATTENTIONS)[number];
  readonly order: (typeof ORDERS)[number];
}

const OPPONENTS: readonly Opponent[] = ATTENTIONS.flatMap((attention) => ORDERS.map((order) => ({ attention, order })));

const named = ({ attention, order }: Opponent): string => `${attention} in ${order} order`;

export async function evaluation(bench: Bench, models: readonly ModelName[], pairs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const model of models) figures.push(...(await evaluateModel(bench, model, pairs)));
  const summary = OPPONENTS.map((opponent): Figure => {
    const ratios = figures.filter(({ what }) => what.endsWith(named(opponent))).map(({ ratio }) => ratio ?? Number.NaN);
    return {
      subject: 'evaluation',
      what: `geometric mean over ${models.join(', ')}, ${bench.precision}, against ${named(opponent)}`,
      unit: '×',
      ours: geometricMean(ratios),
      theirs: null,
      ratio: geometricMean(ratios),
      low: null,
      high: null,
    };
  });
  return [...figures, ...summary];
}

async function evaluateModel(bench: Bench, model: ModelName, pairs: number): Promise<Figure[]> {
  const folder = await bench.modelFolder(model);
  const lengths = makeLengths('mnli', poolSize(BATCH), SEED);
  const lists = makeLists(lengths, BATCHES[model]);
  await writeBatches(folder, makeRows(lengths, SEED), lists);
  const tokens = (order: Opponent['order']): number => (lists[order] ?? []).flat().reduce((sum, row) => sum + (lengths[row] ?? 0), 0);
  const [ours, theirs] = [startOurs(), startTheirs(bench.python)];
  try {
    const request = { folder, dropout: 0.1, threads: bench.threads };
    await ours.ask('open', { ...request, device: 'cpu', ...ourSettings(bench.precision) });
    await theirs.ask('open', request);
    const mine = ({ order }: Opponent): Promise<number> => rate(ours, tokens(order), { list: `${order}, ours`, passes: OUR_PASSES[model] });
    const other = ({ attention, order }: Opponent): Promise<number> =>
      rate(theirs, tokens(order), { list: order, attention, autocast: bench.precision === 'bf16', padTo: null, passes: 1 });
    const measured = OPPONENTS.map((opponent) => ({ opponent, ours: [] as number[], theirs: [] as number[] }));
    for (const { opponent } of measured) {
      await mine(opponent);
      await other(opponent);
    }
    for (let pair = 0; pair < pairs; pair += 1) {
      for (const of of measured) {
        of.ours.push(await mine(of.opponent));
        of.theirs.push(await other(of.opponent));
      }
    }
    return measured.map((of) => {
      const { median: ratio, low, high } = pairedRatio(of.ours, of.theirs);
      const what = `${model}, ${bench.precision}, against ${named(of.opponent)}`;
      return { subject: 'evaluation', what, unit: 'tokens/s', ours: median(of.ours), theirs: median(of.theirs), ratio, low, high };
    });
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
}

/** Of each order the opponent's batches, and ours of the same rows. */
function makeLists(lengths: readonly number[], count: number): Lists {
  const batches = sampledBatches(lengths, BATCH, count);
  return Object.fromEntries(
    ORDERS.flatMap((order) => [
      [order, batches[order]],
      [`${order}, ours`, tokenBatches(lengths, batches[order].flat(), BATCH_TOKENS)],
    ]),
  );
}

async function rate(
  worker: Worker,
  tokens: number,
  request: {
    readonly list: string;
    readonly passes: number;
    readonly attention?: string;
    readonly autocast?: boolean;
    readonly padTo?: null;
  },
): Promise<number> {
  const { seconds } = await worker.ask<EvaluateAnswer>('evaluate', request);
  return (request.passes * tokens) / seconds;
}
