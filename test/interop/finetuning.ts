/**
 * Fine-tuning real weights: twenty steps of MiniLM on RTE by the trainer that users run, against a PyTorch loop as its documentation has it
 * (BertForSequenceClassification, torch.optim.AdamW, clip_grad_norm_), both in float32 and without dropout.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MINILM } from '../../scripts/lib/minilm.mjs';
import { resolveConfig } from '../../src/config/load.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors } from '../../src/nn/safetensors.js';
import { layerwiseScales } from '../../src/optim/layerwise.js';
import { taskByName } from '../../src/tasks/index.js';
import { headSpec } from '../../src/train/heads.js';
import { prepareData } from '../../src/train/prepare-data.js';
import { Session } from '../../src/train/session.js';
import { LOG_FILES, RunLog, type StepLogEntry } from '../../src/train/run-log.js';
import { createStepMaker, type PreparedStep, type TrainingTask } from '../../src/train/step-maker.js';
import { train } from '../../src/train/trainer.js';
import type { Comparison } from './lib/comparison.js';
import { Largest, relativeError } from './lib/difference.js';
import { fewRows } from './lib/mini-glue.js';

const SEED = 5;
const STEPS = 20;
const BOUND = 1e-4;

export const comparison: Comparison = {
  what: 'twenty fine-tuning steps of MiniLM against PyTorch',
  async run(peer) {
    const set = [
      'single.epochs=2',
      'single.batchSize=8',
      'single.layerDecay=0.9',
      'model.dropout=0',
      'model.headDropout=0',
      'data.maxLength=64',
      'runtime.precision=fp32',
    ];
    const config = resolveConfig({ preset: 'paper', set });
    const dataDir = await fewRows(peer.folder, { rte: 80 });
    const splits = [{ task: 'rte', split: 'train' as const }];
    const data = await prepareData({ config, splits, dataDir, modelDir: MINILM, onEvent: () => undefined });
    const { bert } = await openModelFolder(MINILM, { device: 'cpu', dropout: config.model.dropout });
    const head = initHead(headSpec(taskByName('rte'), config.model), bert.config.hiddenSize, 'cpu', SEED, 'truncated_normal');
    await writeSafetensors(join(peer.folder, 'head.safetensors'), head.tensors());
    const tasks: TrainingTask[] = [{ dataset: data.get('rte', 'train'), teacher: null }];
    const steps = createStepMaker({ tasks, shape: config.single, config, seed: SEED });
    const { optimizer, single, runtime } = config;
    const names = [...bert.parameterNames(), ...head.parameterNames()];
    const scales = layerwiseScales(names, { layers: bert.config.layers, alpha: single.layerDecay });
    const batches = Array.from({ length: steps.totalSteps }, (_, step) => inputsOf(steps.prepare(step)));
    const request = { model: MINILM, optimizer, scales: Object.fromEntries(names.map((name, i) => [name, scales[i]])), batches };

    const session = Session.create({ bert, heads: [head], optimizer, layerDecay: single.layerDecay, dropoutSeed: SEED, runtime });
    const log = new RunLog(peer.folder, { tensorboard: false, introduction: '' });
    const run = { runId: 'interop', arm: 'single', seed: SEED, session, tasks, steps, log, onEvent: () => undefined };
    await train({ ...run, checkpointDir: join(peer.folder, 'checkpoints'), checkpointSteps: 0 });
    log.close();
    await session.close();
    const lines = (await readFile(join(peer.folder, LOG_FILES.steps), 'utf8')).trimEnd().split('\n');
    const ours = lines.map((line) => JSON.parse(line) as StepLogEntry);
    const trained = new Map([...bert.tensors(), ...head.tensors()]);

    const theirs = await peer.ask<{ losses: number[]; norms: number[] }>('finetuning.py', request);
    const expected = (await readSafetensors(join(peer.folder, 'final.safetensors'))).tensors;
    const [losses, norms, parameters] = [new Largest(), new Largest(), new Largest()];
    for (let step = 0; step < STEPS; step += 1) {
      losses.add(relativeError([ours[step]?.loss ?? Number.NaN], [theirs.losses[step] ?? Number.NaN]), `step ${step}`);
      norms.add(relativeError([ours[step]?.gradientNorm ?? Number.NaN], [theirs.norms[step] ?? Number.NaN]), `step ${step}`);
    }
    for (const [name, { data: values }] of expected) parameters.add(relativeError(trained.get(name)?.data ?? [], values), name);
    return [
      losses.finding('losses', BOUND),
      norms.finding('gradient norms', BOUND),
      parameters.finding(`parameters after ${STEPS} steps`, BOUND),
    ];
  },
};

/** The rows of a packed batch, their classes and the step's rate. */
function inputsOf({ batches, learningRate }: PreparedStep): object {
  const rows = batches.flatMap(({ tokenIds, typeIds, offsets, targets }) =>
    Array.from({ length: offsets.length - 1 }, (_, b) => ({
      ids: [...tokenIds.subarray(offsets[b], offsets[b + 1])],
      types: [...typeIds.subarray(offsets[b], offsets[b + 1])],
      label: targets[2 * b] === 1 ? 0 : 1,
    })),
  );
  return { rows, learningRate };
}
