/**
 * The way out: models trained and written here, loaded by Transformers. The multi-task folder is read as an encoder and its heads laid on
 * it; each exported folder is a BertForSequenceClassification. Texts go in, so that the folders' tokenisers are compared as well.
 */
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { trainOne } from '../../src/experiment/train-one.js';
import { exportModel } from '../../src/nn/export.js';
import { readExamples, taskByName } from '../../src/tasks/index.js';
import { Predictor, type PredictionRow } from '../../src/train/predictor.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { Largest, norm } from './lib/difference.js';
import { fewRows, MINI_GLUE, TINY_BERT } from './lib/mini-glue.js';

const ROWS_PER_TASK = 60;
const BOUND = 1e-5;
const ODD: readonly PredictionRow[] = [
  { textA: 'naïve café — e\u0301té', textB: '東京は日本の首都です。' },
  { textA: '👩‍👩‍👧 שלום', textB: 'zero\u200bwidth and [MASK]' },
];

interface Model {
  readonly name: string;
  readonly preset: 'paper' | 'reference';
  readonly arm: 'multi' | 'single';
  readonly tasks: readonly string[];
}

const MODELS: readonly Model[] = [
  { name: 'multi-task, sigmoid score', preset: 'paper', arm: 'multi', tasks: ['cola', 'rte', 'mnli', 'stsb'] },
  { name: 'single-task, linear score', preset: 'reference', arm: 'single', tasks: ['stsb'] },
];

interface PeerModel {
  readonly missing: string[];
  readonly unexpected: string[];
  readonly labels: string[];
  /** From the exported folder. */
  readonly exported: number[][];
  /** From the multi-task folder's encoder and heads.safetensors. */
  readonly whole: number[][];
}

interface Written extends Model {
  readonly config: Config;
  readonly modelDir: string;
  readonly exportedDir: string;
  readonly texts: Readonly<Record<string, readonly PredictionRow[]>>;
}

export const comparison: Comparison = {
  what: 'models written here, loaded by Transformers',
  async run(peer) {
    const written: Written[] = [];
    for (const model of MODELS) written.push(await train(peer.folder, model));
    const request = { models: written.map(({ modelDir, exportedDir, texts }) => ({ modelDir, exportedDir, texts })) };
    const theirs = await peer.ask<Record<string, PeerModel>[]>('exported.py', request);
    const findings: Finding[] = [];
    for (const [i, model] of written.entries()) findings.push(...(await compare(model, theirs[i] ?? {})));
    return findings;
  },
};

async function train(folder: string, model: Model): Promise<Written> {
  const { name, preset, arm, tasks } = model;
  const dataDir = await fewRows(folder, Object.fromEntries(tasks.map((task) => [task, 40])), ['train', 'dev']);
  const short = ['runtime.threads=1', 'runtime.precision=fp32', `${arm}.epochs=1`, `${arm}.batchSize=16`, `${arm}.learningRate=1e-3`];
  const config = resolveConfig({ preset, set: short });
  const outDir = join(folder, name);
  await trainOne({ config, arm, tasks, seed: 1, dataDir, modelDir: TINY_BERT, outDir, onEvent: () => undefined });
  const [modelDir, exportedDir] = [join(outDir, 'model'), join(outDir, 'exported')];
  await exportModel({ modelDir, outDir: exportedDir });
  const texts = Object.fromEntries(await Promise.all(tasks.map(async (task) => [task, await rowsOf(task)] as const)));
  return { ...model, config, modelDir, exportedDir, texts };
}

async function compare({ name, tasks, config, modelDir, texts }: Written, theirs: Readonly<Record<string, PeerModel>>): Promise<Finding[]> {
  const [single, whole, layout] = [new Largest(), new Largest(), new Largest()];
  const predictor = await Predictor.open(modelDir, config.runtime);
  for (const task of tasks) {
    const { exported = [], whole: multi = [], missing = ['all'], unexpected = [], labels = [] } = theirs[task] ?? {};
    const expectedLabels = taskByName(task).labels;
    const sameLabels = expectedLabels.length === 0 || expectedLabels.join() === labels.join();
    layout.add(missing.length + unexpected.length + Number(!sameLabels), `${task}: ${[...missing, ...unexpected, ...labels].join(', ')}`);
    const ours = await predictor.predict(task, texts[task] ?? []);
    // One scalar may lie near 0: a row's difference is measured against the task's outputs as a whole.
    const size = norm(exported.flat()) / Math.sqrt(exported.length);
    ours.forEach(({ logits }, row) => {
      single.add(distance(logits, exported[row]) / size, `${task}, row ${row}`);
      whole.add(distance(logits, multi[row]) / size, `${task}, row ${row}`);
    });
  }
  await predictor.close();
  return [
    layout.finding(`${name}: tensors missing or left over, labels in another order`, 0),
    single.finding(`${name}: outputs of each exported single-head folder`, BOUND),
    whole.finding(`${name}: outputs of the whole folder's encoder with each head`, BOUND),
  ];
}

function distance(ours: readonly number[], theirs: readonly number[] | undefined): number {
  return norm(ours.map((value, i) => value - (theirs?.[i] ?? Number.NaN)));
}

async function rowsOf(name: string): Promise<PredictionRow[]> {
  const task = taskByName(name);
  const rows: PredictionRow[] = [];
  for await (const { textA, textB } of readExamples(task, 'dev', MINI_GLUE, { badRows: 'stop' })) rows.push({ textA, textB });
  const pairs = task.splits.dev?.textB !== null;
  return [...rows.slice(0, ROWS_PER_TASK), ...ODD.map(({ textA, textB }) => ({ textA, textB: pairs ? textB : null }))];
}
