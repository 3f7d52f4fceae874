/**
 * The named configurations, each a partial overlay on the schema's defaults. `paper` and `reference` spell out every value they stand for,
 * also where it equals today's default, so that a changed default cannot change what a preset claims. Sections are docs/paper.md's. A study
 * is an overlay on a preset: which arms and variants are compared.
 */
import { GLUE_TASK_NAMES, type ConfigInput } from './schema.js';

/** At least 20 seeds, median reported (section 2). */
const TWENTY_SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** WNLI is not trained, neither in the reference code (section 3.6) nor in the results to compare with (section 4). */
const TASKS_WITHOUT_WNLI = GLUE_TASK_NAMES.filter((name) => name !== 'wnli');

/**
 * The paper as written, corrected where its code departs from it: true random sampling (section 1), mean loss, Adam with bias correction,
 * a sigmoid on STS-B's head (section 1: the paper has one, the code does not). The single models' alpha is 1.0; the paper takes 1.0 or
 * 0.9, whichever is better on dev: `--set 'single.grid.layerDecay=[1,0.9]'` does that, at the price of another model for each task.
 */
const paper = {
  tasks: TASKS_WITHOUT_WNLI,
  arms: ['single', 'multi', 'single-multi'],
  seeds: TWENTY_SEEDS,
  single: { epochs: 3, batchSize: 32, learningRate: 5e-5, layerDecay: 1.0 },
  multi: { epochs: 6, batchSize: 128, learningRate: 1e-4, layerDecay: 0.9 },
  data: { maxLength: 128, truncation: 'reference', bothOrders: false },
  sampling: { kind: 'random', exponent: 0.75, endExponent: null, order: 'fresh' },
  distillation: { annealing: 'linear', temperature: 1, teachers: { count: 1, choose: 'seed' } },
  selection: { keep: 'last', patience: 0 },
  loss: { reduction: 'mean' },
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: true, clipNorm: 1.0 },
  schedule: { warmup: 0.1 },
  model: { headDropout: 0.1, headInit: 'truncated_normal', regression: 'sigmoid' },
} satisfies ConfigInput;

/**
 * The reference code as it runs (section 3): summed loss, so that clipping at 1.0 is nearly always active; copies of small sets and a
 * loss weight per task instead of sampling; one shuffle for all epochs and seeds; MRPC and STS-B in both orders; Adam without bias
 * correction; heads drawn as `tf.layers.dense` does; a linear STS-B head, whose teacher target is the raw, unclamped scalar. Its `lr_decay` of 0.9 holds for single-task models too.
 */
const reference = {
  ...paper,
  single: { ...paper.single, layerDecay: 0.9 },
  data: { ...paper.data, bothOrders: true },
  sampling: { kind: 'copies', exponent: 0.75, endExponent: null, order: 'fixed' },
  loss: { reduction: 'sum' },
  optimizer: { ...paper.optimizer, biasCorrection: false },
  model: { ...paper.model, headInit: 'glorot_uniform', regression: 'linear' },
} satisfies ConfigInput;

/**
 * For data/mini-glue with the shipped tiny BERT, minutes on two cores. A small, briefly pre-trained encoder needs learning rates about
 * ten times BERT's. Nothing here is from the paper.
 */
const quickstart = {
  seeds: [1],
  single: { epochs: 3, batchSize: 32, learningRate: 5e-4, layerDecay: 1.0 },
  multi: { epochs: 4, batchSize: 64, learningRate: 1e-3, layerDecay: 0.9 },
  data: { maxLength: 64 },
  // On two cores two models of this size get through more tokens a second than one that has both.
  runtime: { parallelRuns: 2 },
} satisfies ConfigInput;

/** docs/paper.md section 4: Single→Multi without each of its parts. */
const ABLATIONS = {
  'no-layerwise-rates': { arm: 'single-multi', set: ['multi.layerDecay=1'] },
  'no-task-sampling': { arm: 'single-multi', set: ['sampling.kind=random', 'sampling.exponent=1'] },
  'lambda-0': { arm: 'single-multi', set: ['distillation.annealing=constant', 'distillation.lambda=0'] },
  'lambda-0.5': { arm: 'single-multi', set: ['distillation.annealing=constant', 'distillation.lambda=0.5'] },
} satisfies ConfigInput['variants'];

/** docs/paper.md section 4: one target task, RTE, alone and with companions. The paper's table names no model for RTE alone: Single. */
const COMBINATIONS = {
  'rte-alone': { arm: 'single', set: ['tasks=["rte"]'] },
  'rte-mnli': { arm: 'multi', set: ['tasks=["rte","mnli"]'] },
  'rte-qqp-cola-sst2': { arm: 'multi', set: ['tasks=["rte","qqp","cola","sst2"]'] },
} satisfies ConfigInput['variants'];

/**
 * The paper's further studies, each laid over another preset: `--preset quickstart+ablations`. Alone, `ablations` stands on the paper's
 * values.
 */
const STUDIES = {
  ablations: { arms: ['single', 'single-multi', ...Object.keys(ABLATIONS)], variants: ABLATIONS },
  finetuning: { arms: ['multi', 'single-multi', 'multi-finetuned', 'single-multi-finetuned'] },
  combinations: { arms: [...Object.keys(COMBINATIONS), 'multi'], variants: COMBINATIONS },
  arms: { arms: ['single', 'multi', 'single-single', 'multi-multi', 'single-multi', 'single-multi-single-multi'] },
} satisfies Record<string, ConfigInput>;

const BASES = { quickstart, paper, reference } satisfies Record<string, ConfigInput>;
type Study = keyof typeof STUDIES;

const basesWith = (study: Study): [string, ConfigInput][] =>
  Object.entries(BASES).map(([name, base]) => [`${name}+${study}`, { ...base, ...STUDIES[study] }]);

/** By name; a study's own name is the study on the paper's values. */
export const PRESETS: Readonly<Record<string, ConfigInput>> = Object.fromEntries<ConfigInput>([
  ...Object.entries(BASES),
  ...(Object.keys(STUDIES) as Study[]).flatMap((study): [string, ConfigInput][] => [
    [study, { ...BASES.paper, ...STUDIES[study] }],
    ...basesWith(study),
  ]),
]);
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

export function isPresetName(name: string): boolean {
  return Object.hasOwn(PRESETS, name);
}

/** The values of a preset. Throws RangeError for a name that `isPresetName` does not know. */
export function presetValues(name: string): ConfigInput {
  const values = PRESETS[name];
  if (values === undefined) throw new RangeError(`there is no preset ${name}`);
  return values;
}
