/** A session on the tiny BERT of the fixtures with two heads, and the batches of PyTorch's trajectory. */
import type { PackedBatch } from '../../src/data/types.js';
import type { Bert } from '../../src/nn/bert.js';
import { Head, type HeadSpec } from '../../src/nn/head.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import { learningRateAt } from '../../src/optim/schedule.js';
import { Session } from '../../src/train/session.js';
import { BERT_FIXTURE_MODEL, packedTokens, values, type Tensors } from '../nn/fixture.js';

export const STEPS = 20;
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: false, clipNorm: 1 };
const PAIRS: HeadSpec = {
  task: 'pairs',
  kind: 'classification',
  labels: ['a', 'b', 'c'],
  scoreRange: null,
  activation: 'linear',
  dropout: 0.1,
};
const SCORE: HeadSpec = { task: 'score', kind: 'regression', labels: [], scoreRange: [0, 5], activation: 'sigmoid', dropout: 0.1 };

export interface Rig {
  bert: Bert;
  heads: Head[];
  session: Session;
}
const open: Rig[] = [];

interface RigOptions {
  readonly engine: 'plain' | 'fused' | 'flash';
  readonly precision?: 'fp32' | 'bf16';
  readonly products?: 'own' | 'libtorch';
  readonly firstTokensOnly?: boolean;
  readonly dropout?: number;
  readonly threads?: number;
}

export async function rig(
  fixture: Tensors,
  { engine, precision = 'fp32', products = 'libtorch', firstTokensOnly = true, dropout = 0, threads = 2 }: RigOptions,
): Promise<Rig> {
  const { bert, config } = await openModelFolder(BERT_FIXTURE_MODEL, { device: 'cpu', dropout });
  const heads = [PAIRS, SCORE].map((spec) => {
    const head = Head.create({ ...spec, dropout }, config.hiddenSize, 'cpu');
    head.load(new Map(head.parameterNames().map((name) => [name, fixture.get(`initial.${name}`) as never])));
    return head;
  });
  const runtime = { engine, precision, products, firstTokensOnly, threads };
  const session = Session.create({ bert, heads, optimizer: OPTIMIZER, layerDecay: 0.9, dropoutSeed: 7, runtime });
  open.push({ bert, heads, session });
  return { bert, heads, session };
}

export function batch(fixture: Tensors, step: number): PackedBatch {
  return {
    ...packedTokens(fixture, `${step}.`),
    taskIds: Uint8Array.from(values(fixture, `${step}.taskIds`)),
    targets: values(fixture, `${step}.targets`),
    weights: values(fixture, `${step}.weights`),
  };
}

export async function train(fixture: Tensors, { session }: Rig, from = 0, to = STEPS): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    losses.push((await session.step(batch(fixture, step), { learningRate: learningRateAt(step, STEPS, 2e-3, 0.1) })).loss);
  }
  return losses;
}

export const bytes = ({ bert, heads }: Rig): string =>
  [bert, ...heads]
    .flatMap((module) => [...module.tensors().values()].map(({ data }) => Buffer.from(data.buffer).toString('base64')))
    .join();

/** For `afterEach`. */
export async function closeRigs(): Promise<void> {
  for (const { session, bert, heads } of open.splice(0)) {
    await session.close();
    for (const module of [bert, ...heads]) module.dispose();
  }
}
