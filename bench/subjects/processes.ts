/** What is said of whole processes: from start to first finished step, and the peak memory of training. Each measurement has a process of its own. */
import type { Bench } from '../lib/bench.js';
import { writeBatches } from '../lib/folder.js';
import type { ModelName } from '../lib/models.js';
import { openWorker } from '../lib/paired.js';
import { ourSettings, startOurs, startTheirs, type MemoryAnswer, type TheirSettings } from '../lib/sides.js';
import { median, pairedRatio } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';
import type { Worker } from '../lib/worker.js';
import { cutBatches, makeLengths, makeRows, poolSize, representative } from '../lib/workload.js';

const SEED = 13;
const BATCH = 32;
const BATCHES = 3;

interface OneProcess {
  /** Seconds. */
  readonly firstStep: number;
  /** Bytes, over the whole life of the process. */
  readonly peak: number;
}

/** Both of one model; the files are in the page cache from the second pair on, so the first one does not count. */
async function measure(bench: Bench, model: ModelName, pairs: number): Promise<{ ours: OneProcess[]; theirs: OneProcess[] }> {
  const folder = await bench.modelFolder(model);
  const lengths = makeLengths('mnli', poolSize(BATCH), SEED);
  const plain = representative(cutBatches([...lengths.keys()], BATCH), lengths, BATCHES);
  const rows = makeRows(lengths, SEED);
  const used = plain.map((batch, b) => batch.map((_, i) => b * BATCH + i));
  await writeBatches(
    folder,
    plain.flat().flatMap((row) => rows[row] ?? []),
    { first: used.slice(0, 1), plain: used },
  );
  const request = { folder, dropout: 0.1, threads: bench.threads };
  const theirs: TheirSettings = { attention: 'eager', autocast: bench.precision === 'bf16', padTo: null };
  const result = { ours: [] as OneProcess[], theirs: [] as OneProcess[] };
  for (let pair = 0; pair <= pairs; pair += 1) {
    const mine = await oneProcess(startOurs(), { ...request, device: 'cpu', ...ourSettings(bench.precision) }, {});
    const other = await oneProcess(startTheirs(bench.python), request, theirs);
    if (pair === 0) continue;
    result.ours.push(mine);
    result.theirs.push(other);
  }
  return result;
}

async function oneProcess(worker: Worker, request: object, settings: object): Promise<OneProcess> {
  try {
    const firstStep = await openWorker(worker, request, { ...settings, list: 'first' });
    await worker.ask('train', { ...settings, list: 'plain', passes: 2, learningRate: 1e-5 });
    return { firstStep, peak: (await worker.ask<MemoryAnswer>('memory')).peak };
  } finally {
    await worker.close();
  }
}

export async function start(bench: Bench, pairs: number): Promise<Figure[]> {
  const { ours, theirs } = await measure(bench, 'tiny', pairs);
  const [mine, other] = [ours.map(({ firstStep }) => firstStep), theirs.map(({ firstStep }) => firstStep)];
  const { median: ratio, low, high } = pairedRatio(other, mine);
  const what = `process start to first finished step, tiny, ${bench.precision}, files in the page cache`;
  return [{ subject: 'start', what, unit: 's', ours: median(mine), theirs: median(other), ratio, low, high }];
}

export async function memory(bench: Bench, models: readonly ModelName[], pairs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const model of models) {
    const { ours, theirs } = await measure(bench, model, pairs);
    const [mine, other] = [ours.map(({ peak }) => peak / 1e6), theirs.map(({ peak }) => peak / 1e6)];
    const { median: ratio, low, high } = pairedRatio(mine, other);
    const what = `peak resident memory of a training process, ${model}, batch 32, ${bench.precision} (share of theirs)`;
    figures.push({ subject: 'memory', what, unit: 'MB', ours: median(mine), theirs: median(other), ratio, low, high });
  }
  return figures;
}
