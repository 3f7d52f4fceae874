/**
 * Evaluation, which is also how a teacher's logits are made: no dropout, no gradient, sequences in length order on both sides; ours in
 * batches of 4,096 tokens (`runtime.evaluationBatchTokens`), theirs of 32 sequences.
 */
import type { Bench } from '../lib/bench.js';
import { writeBatches } from '../lib/folder.js';
import type { ModelName } from '../lib/models.js';
import { ourSettings, startOurs, startTheirs, type EvaluateAnswer } from '../lib/sides.js';
import { geometricMean, median, pairedRatio } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';
import type { Worker } from '../lib/worker.js';
import { groupedBatches, makeLengths, makeRows, tokenBatches } from '../lib/workload.js';

const SEED = 11;
const BATCH_TOKENS = 4096;
const BATCH = 32;
/** Sequences: a pass of theirs is about a second. */
const SEQUENCES: Record<ModelName, number> = { tiny: 2048, mini: 256, base: 64, large: 32 };
/** Ours are several times shorter: this many of them, so that a turn is not too short to be measured. */
const OUR_PASSES = 4;
const ATTENTIONS = ['eager', 'sdpa'] as const;

export async function evaluation(bench: Bench, models: readonly ModelName[], pairs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const model of models) figures.push(...(await evaluateModel(bench, model, pairs)));
  const summary = ATTENTIONS.map((attention): Figure => {
    const ratios = figures.filter(({ what }) => what.endsWith(attention)).map(({ ratio }) => ratio ?? Number.NaN);
    const what = `geometric mean over ${models.join(', ')}, bf16, against ${attention}`;
    return {
      subject: 'evaluation',
      what,
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
  const lengths = makeLengths('mnli', SEQUENCES[model], SEED);
  const lists = { ours: tokenBatches(lengths, BATCH_TOKENS), theirs: groupedBatches(lengths, BATCH) };
  await writeBatches(folder, makeRows(lengths, SEED), lists);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const [ours, theirs] = [startOurs(), startTheirs(bench.python)];
  try {
    const request = { folder, dropout: 0.1, threads: bench.threads };
    await ours.ask('open', { ...request, device: 'cpu', ...ourSettings('bf16') });
    await theirs.ask('open', request);
    const mine = (): Promise<number> => rate(ours, tokens, { list: 'ours', passes: OUR_PASSES });
    const other = (attention: string): Promise<number> =>
      rate(theirs, tokens, { list: 'theirs', attention, autocast: true, padTo: null, passes: 1 });
    await mine();
    for (const attention of ATTENTIONS) await other(attention);
    const rates = new Map(ATTENTIONS.map((attention) => [attention, { ours: [] as number[], theirs: [] as number[] }]));
    for (let pair = 0; pair < pairs; pair += 1) {
      for (const [attention, of] of rates) {
        of.ours.push(await mine());
        of.theirs.push(await other(attention));
      }
    }
    return [...rates].map(([attention, of]) => {
      const { median: ratio, low, high } = pairedRatio(of.ours, of.theirs);
      const what = `${model}, bf16, against ${attention}`;
      return { subject: 'evaluation', what, unit: 'tokens/s', ours: median(of.ours), theirs: median(of.theirs), ratio, low, high };
    });
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
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
