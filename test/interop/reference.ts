/**
 * Twenty steps of a distilled multi-task training with every kind of head, by the trainer that users run, against the reference's formulas
 * written out in reference.py: losses, λ, learning rates, gradient norms and parameters, for the presets `reference` and `paper`.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import type { TokenizedDataset } from '../../src/data/types.js';
import { outputsOf } from '../../src/distill/targets.js';
import { TeacherOutputs, writeTeacherOutputs } from '../../src/distill/teacher-store.js';
import { TeacherEnsemble } from '../../src/distill/ensemble.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { taskByName } from '../../src/tasks/index.js';
import { headSpec } from '../../src/train/heads.js';
import { prepareData } from '../../src/train/prepare-data.js';
import { Session } from '../../src/train/session.js';
import { LOG_FILES, RunLog, type StepLogEntry } from '../../src/train/run-log.js';
import { createStepMaker, type StepMaker, type TrainingTask } from '../../src/train/step-maker.js';
import { train } from '../../src/train/trainer.js';
import { createRandom } from '../../src/util/random.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { Largest, relativeError } from './lib/difference.js';
import { fewRows, TINY_BERT } from './lib/mini-glue.js';

const SEED = 3;
const BOUND = 1e-5;
/** A gradient's norm moves some ten times as much as the loss when parameters are off by a rounding. */
const NORM_BOUND = 1e-4;

/** Rows of each training file: two classes with one text and with two, three classes, a score. */
const ROWS = { cola: 30, mrpc: 12, stsb: 15, mnli: 150, rte: 18 } as const;
/** What is changed for a training of twenty steps; everything else is the preset's. */
const SMALL = [
  'multi.epochs=2',
  'model.dropout=0',
  'model.headDropout=0',
  'runtime.threads=1',
  'runtime.precision=fp32',
  'runtime.checkpointSteps=0',
];

interface Variant {
  readonly name: string;
  readonly preset: 'reference' | 'paper';
  readonly batchSize: number;
  /** The reference's switch for a λ that stays: weight of the teacher. */
  readonly distillWeight: number | null;
}

const VARIANTS: readonly Variant[] = [
  { name: 'preset reference', preset: 'reference', batchSize: 31, distillWeight: null },
  { name: 'preset reference, distil weight 0.3', preset: 'reference', batchSize: 31, distillWeight: 0.3 },
  { name: 'preset paper', preset: 'paper', batchSize: 23, distillWeight: null },
];

export const comparison: Comparison = {
  what: "twenty distilled multi-task steps against the reference's formulas",
  async run(peer) {
    const dataDir = await fewRows(peer.folder, ROWS);
    const trained: Trained[] = [];
    for (const variant of VARIANTS) trained.push(await trainOurs(join(peer.folder, variant.name), dataDir, variant));
    const theirs = await peer.ask<PeerRun[]>('reference.py', { runs: trained.map(requestOf) });
    const findings: Finding[] = [];
    for (const [i, ours] of trained.entries()) findings.push(...(await compare(ours, theirs[i] as PeerRun)));
    return findings;
  },
};

interface Trained {
  readonly folder: string;
  readonly variant: Variant;
  readonly config: Config;
  readonly steps: StepMaker;
  readonly tasks: readonly TrainingTask[];
  readonly log: readonly StepLogEntry[];
  readonly parameters: ReadonlyMap<string, NamedTensor>;
}

interface PeerRun {
  readonly totalSteps: number;
  readonly losses: number[];
  readonly lambdas: number[];
  readonly rates: number[];
  readonly norms: number[];
  /** Examples that occur in an epoch another number of times than their task has copies; null for random sampling. */
  readonly wrongCopies: number | null;
  /** Pairs whose swapped twin is missing, or there although it should not be. */
  readonly wrongOrders: number;
}

function requestOf({ folder, variant, config, steps, tasks }: Trained): object {
  const order = Array.from({ length: steps.totalSteps }, (_, step) => steps.prepare(step).examples.map(({ task, index }) => [task, index]));
  const { preset, distillWeight } = variant;
  return { folder, preset, distillWeight, model: TINY_BERT, shape: config.multi, tasks: tasks.map(described), order };
}

async function compare({ folder, variant: { name }, config, steps, tasks, log, parameters }: Trained, theirs: PeerRun): Promise<Finding[]> {
  const expected = (await readSafetensors(join(folder, 'final.safetensors'))).tensors;
  const initial = (await readSafetensors(join(folder, 'initial.safetensors'))).tensors;
  const examples = tasks.reduce((sum, { dataset }) => sum + dataset.size, 0);
  return [
    equal(`${name}: number of steps`, 1, Number(theirs.totalSteps !== steps.totalSteps || steps.totalSteps !== 20)),
    ...(theirs.wrongCopies === null ? [] : [equal(`${name}: copies of every example in each epoch`, examples, theirs.wrongCopies)]),
    equal(`${name}: ${config.data.bothOrders ? 'both orders' : 'one order'} of MRPC and STS-B`, examples, theirs.wrongOrders),
    series(`${name}: losses`, log, ({ loss }) => loss, theirs.losses),
    series(`${name}: λ`, log, ({ lambda }) => lambda ?? Number.NaN, theirs.lambdas),
    series(`${name}: learning rates`, log, ({ learningRate }) => learningRate, theirs.rates),
    series(`${name}: gradient norms`, log, ({ gradientNorm }) => gradientNorm, theirs.norms, NORM_BOUND),
    compareParameters(`${name}: parameters after 20 steps`, parameters, expected),
    // float32 cannot tell small movements of large parameters more exactly than this.
    compareParameters(`${name}: how far 20 steps moved them`, changes(parameters, initial), changes(expected, initial), 1e-2),
  ];
}

function described({ dataset, teacher }: TrainingTask): object {
  const rows = Array.from({ length: dataset.size }, (_, index) => ({
    ids: [...dataset.tokenIds(index)],
    boundary: dataset.typeBoundary(index),
    label: dataset.label(index),
    teacher: [...(teacher?.teachers[0]?.logits(index) ?? [])],
  }));
  const { name, kind, symmetric } = dataset.task;
  return { name, kind, symmetric, outputs: outputsOf(dataset.task), rows };
}

function configOf({ preset, batchSize, distillWeight }: Variant): Config {
  const constant = distillWeight === null ? [] : ['distillation.annealing=constant', `distillation.lambda=${1 - distillWeight}`];
  return resolveConfig({ preset, set: [...SMALL, `multi.batchSize=${batchSize}`, ...constant] });
}

async function trainOurs(folder: string, dataDir: string, variant: Variant): Promise<Trained> {
  const config = configOf(variant);
  await mkdir(folder);
  const names = Object.keys(ROWS);
  const splits = names.map((task) => ({ task, split: 'train' as const }));
  const data = await prepareData({ config, splits, dataDir, modelDir: TINY_BERT, onEvent: () => undefined });
  const tasks: TrainingTask[] = [];
  for (const name of names) {
    const dataset = data.get(name, 'train');
    tasks.push({ dataset, teacher: new TeacherEnsemble(dataset.task.kind, [await teacher(folder, dataset)]) });
  }
  const { bert } = await openModelFolder(TINY_BERT, { device: 'cpu', dropout: config.model.dropout });
  const heads = names.map((name) =>
    initHead(headSpec(taskByName(name), config.model), bert.config.hiddenSize, 'cpu', SEED, config.model.headInit),
  );
  const all = (): Map<string, NamedTensor> => new Map([bert, ...heads].flatMap((module) => [...module.tensors()]));
  await writeSafetensors(join(folder, 'initial.safetensors'), all());
  const { optimizer, multi, runtime } = config;
  const session = Session.create({ bert, heads, optimizer, layerDecay: multi.layerDecay, dropoutSeed: SEED, runtime });
  const steps = createStepMaker({ tasks, shape: multi, config, seed: SEED });
  const log = new RunLog(join(folder, 'log'), { tensorboard: false, introduction: '' });
  try {
    const run = { runId: 'interop', arm: 'single-multi', seed: SEED, session, tasks, steps, onEvent: () => undefined };
    await train({ ...run, log, checkpointDir: join(folder, 'checkpoints'), checkpointSteps: runtime.checkpointSteps });
  } finally {
    log.close();
    await session.close();
  }
  const lines = (await readFile(join(log.folder, LOG_FILES.steps), 'utf8')).trimEnd().split('\n');
  return { folder, variant, config, steps, tasks, log: lines.map((line) => JSON.parse(line) as StepLogEntry), parameters: all() };
}

/** Stored outputs of a teacher that never was: logits, and for a score raw scalars, some outside [0, 1]. */
async function teacher(folder: string, dataset: TokenizedDataset): Promise<TeacherOutputs> {
  const random = createRandom(SEED, 'teacher', dataset.task.name);
  const path = join(folder, `${dataset.task.name}.arrow`);
  const score = dataset.task.kind === 'regression';
  const values = Float32Array.from({ length: dataset.size * outputsOf(dataset.task) }, () =>
    score ? 0.5 + random.normal() : 2 * random.normal(),
  );
  await writeTeacherOutputs(path, 'interop', dataset, values);
  return TeacherOutputs.open(path, { teacherHash: 'interop', dataset });
}

function equal(what: string, cases: number, wrong: number): Finding {
  return { what, cases, difference: wrong, bound: 0 };
}

/** Relative differences step by step; where the peer has 0, ours must be 0. */
function series(
  what: string,
  log: readonly StepLogEntry[],
  value: (entry: StepLogEntry) => number,
  theirs: readonly number[],
  bound = BOUND,
): Finding {
  const largest = new Largest();
  log.forEach((entry, step) => largest.add(relativeError([value(entry)], [theirs[step] ?? Number.NaN]), `step ${step}`));
  return largest.finding(what, bound);
}

type Tensors = ReadonlyMap<string, NamedTensor>;

function compareParameters(what: string, ours: Tensors, theirs: Tensors, bound = BOUND): Finding {
  const largest = new Largest();
  for (const [name, { data }] of theirs) largest.add(relativeError(ours.get(name)?.data ?? [], data), name);
  return largest.finding(what, bound);
}

/** Without key biases: softmax does not see them, so that rounding alone moves them. */
function changes(after: Tensors, before: Tensors): Tensors {
  const seen = [...after].filter(([name]) => !name.endsWith('attention.self.key.bias'));
  return new Map(
    seen.map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value, i) => value - (before.get(name)?.data[i] ?? Number.NaN)) },
    ]),
  );
}
