/**
 * The whole configuration: one schema, and the only place where a default value is written. A default here is the corrected BAM of
 * the paper (mean loss, true sampling); the presets in presets.ts say where they differ. Unknown keys are refused at every level.
 */
import { z } from 'zod';
import { customTasksSchema } from './custom-tasks.js';
import { trainingShape } from './training-shape.js';
import { distinct, fraction, fractionBelowOne, positiveInteger } from './values.js';

/**
 * Kinds of model. A-B are students of kind B taught by teachers of kind A (docs/paper.md section 1); `…-finetuned` is the multi-task model
 * trained further on each task alone. src/experiment/arms.ts says how each is trained.
 */
export const ARMS = [
  'single',
  'multi',
  'single-single',
  'multi-multi',
  'single-multi',
  'single-multi-single-multi',
  'multi-finetuned',
  'single-multi-finetuned',
] as const;
/** What computes a session's steps, in which precision, by whose matrix products; each may be `auto` in a configuration. */
export const ENGINES = ['plain', 'fused', 'flash'] as const;
export const PRECISIONS = ['fp32', 'bf16'] as const;
export const PRODUCTS = ['own', 'libtorch'] as const;
/** How a pair is cut: src/text/truncate.ts. */
export const TRUNCATIONS = ['reference', 'longest_first'] as const;
/** How lambda moves over the steps: src/distill/annealing.ts computes each, annealing.ts here says it in words. */
export const ANNEALINGS = ['linear', 'cosine', 'step', 'constant'] as const;
/** How tasks come to their shares of a training: src/data/plan.ts and sampling.ts. */
export const SAMPLINGS = ['random', 'copies', 'weights'] as const;
export const HEAD_INITS = ['truncated_normal', 'glorot_uniform'] as const;
export const GLUE_TASK_NAMES = ['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte', 'wnli'] as const;
/** Names that a task of one's own cannot have; results.json has the average where tasks stand. */
const BUILT_IN_TASKS = [...GLUE_TASK_NAMES, 'ax', 'average'];

/** A folder's name, and no arm's flags in it. */
const VARIANT_NAME = /^[a-z0-9][a-z0-9._-]*$/;

export const configSchema = z.strictObject({
  preset: z.string().default('custom').describe('name of the preset these values started from; reports print it'),
  tasks: distinct(z.string())
    .default([...GLUE_TASK_NAMES])
    .describe('tasks to train on'),
  customTasks: customTasksSchema(BUILT_IN_TASKS).default({}).describe("tasks of one's own, by name; `tasks` says which are trained"),
  arms: distinct(z.string())
    .default(['single', 'multi', 'single-multi'])
    .describe(`kinds of model to train: ${ARMS.join(', ')}, or names of variants; a distilled arm trains the teachers it needs`),
  variants: z
    .record(
      z.string().regex(VARIANT_NAME, 'expected a name of lower-case letters, digits, dots, dashes and underscores'),
      z.strictObject({
        arm: z.enum(ARMS).describe('the arm it departs from'),
        teachers: z.string().nullable().default(null).describe("arm or variant whose models teach it; null takes the arm's own"),
        set: z.array(z.string()).default([]).describe('key=value texts as of --set, for its own training and not for its teachers'),
      }),
    )
    .default({})
    .describe('further arms: an arm with other settings (an ablation), other tasks, or other teachers'),
  seeds: distinct(z.int().nonnegative()).default([1]).describe('one run per arm and seed'),
  single: trainingShape({ epochs: 3, batchSize: 32, learningRate: 5e-5, layerDecay: 1.0 }).describe('single-task models and teachers'),
  multi: trainingShape({ epochs: 6, batchSize: 128, learningRate: 1e-4, layerDecay: 0.9 }).describe('multi-task models, distilled or not'),
  data: z
    .strictObject({
      maxLength: z
        .int()
        .min(8)
        .default(128)
        .describe('tokens per sequence, special tokens included; longer ones are truncated and counted'),
      truncation: z
        .enum(TRUNCATIONS)
        .default('reference')
        .describe("how a pair that is too long is cut; longest_first is that of Transformers' fast tokenisers"),
      bothOrders: z.boolean().default(false).describe('train on symmetric tasks (MRPC, STS-B) in both orders, as the reference code does'),
      badRows: z.enum(['stop', 'skip']).default('stop').describe('a malformed row stops the run, or is left out, counted and listed'),
    })
    .prefault({}),
  sampling: z
    .strictObject({
      kind: z
        .enum(SAMPLINGS)
        .default('random')
        .describe(
          'random: each example draws its task with P ~ size^exponent; copies: small sets are repeated and their loss weighted, as the reference code does; weights: every set once, loss ~ size^(exponent - 1)',
        ),
      exponent: z
        .number()
        .min(0)
        .max(1)
        .default(0.75)
        .describe('exponent of the set size (Bowman et al. 2018); 1 is proportional, 0 uniform sampling'),
      endExponent: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .default(null)
        .describe('where the exponent has moved to by the last step, in a straight line; only for random'),
      order: z
        .enum(['fresh', 'fixed'])
        .default('fresh')
        .describe('of the examples: shuffled anew for every epoch and seed, or once for all of them, as the reference code does'),
    })
    .prefault({}),
  distillation: z
    .strictObject({
      annealing: z
        .enum(ANNEALINGS)
        .default('linear')
        .describe('how lambda rises from 0 to 1 over the steps; step: at once, at switchAt; constant: not at all'),
      lambda: fraction.default(0.5).describe('weight of the gold label when annealing is constant'),
      switchAt: fraction.default(0.5).describe('share of the steps before a step from the teacher to the label'),
      temperature: z.number().positive().default(1).describe("divides the teachers' logits; the paper has 1"),
      teachers: z
        .strictObject({
          count: positiveInteger.default(1).describe('teachers per task, an ensemble: the mean of their probabilities or scores'),
          choose: z
            .enum(['seed', 'dev'])
            .default('seed')
            .describe('seed: the models of the first seeds, as in the reference code; dev: the best on dev of all seeds'),
        })
        .prefault({}),
    })
    .prefault({}),
  selection: z
    .strictObject({
      keep: z
        .enum(['last', 'best'])
        .default('last')
        .describe('which model of a training is kept: that of its last step, or the one with the best dev score of those evaluated'),
      every: z
        .union([z.literal('epoch'), positiveInteger])
        .default('epoch')
        .describe('how often a model in training is evaluated on dev: after each epoch, or every so many steps; and after the last step'),
      metric: z
        .enum(['bam', 'glue', 'mean'])
        .default('bam')
        .describe(
          'the dev score that decides: the average of that name, or the plain mean of main metrics, which also stands in where no task counts in the average',
        ),
      patience: z
        .int()
        .nonnegative()
        .default(0)
        .describe('evaluations in a row without a better score after which a training stops; 0 trains to the end'),
    })
    .prefault({}),
  loss: z.strictObject({ reduction: z.enum(['mean', 'sum']).default('mean').describe('over the examples of a batch') }).prefault({}),
  optimizer: z
    .strictObject({
      beta1: fractionBelowOne.default(0.9).describe("Adam: how much of the gradients' mean is kept at a step"),
      beta2: fractionBelowOne.default(0.999).describe('Adam: how much of the mean of their squares is kept at a step'),
      epsilon: z.number().positive().default(1e-6).describe('Adam: added to the divisor'),
      weightDecay: z.number().nonnegative().default(0.01).describe('decoupled; not on LayerNorm and bias'),
      biasCorrection: z.boolean().default(true).describe("Adam's bias correction; the reference code has none"),
      clipNorm: z.number().positive().default(1.0).describe('largest norm of all gradients together; larger ones are scaled down to it'),
    })
    .prefault({}),
  schedule: z
    .strictObject({ warmup: fraction.default(0.1).describe('share of the steps; the linear decay to 0 counts from step 0') })
    .prefault({}),
  model: z
    .strictObject({
      dropout: fractionBelowOne.nullable().default(null).describe("dropout inside BERT; null takes the model folder's own rates"),
      headDropout: fractionBelowOne.default(0.1).describe('dropout on the pooled vector before the head'),
      headInit: z
        .enum(HEAD_INITS)
        .default('truncated_normal')
        .describe(
          "how a new head's weights are drawn: truncated_normal, as in BERT's own fine-tuning (deviation 0.02, cut at twice that: 0.0176); glorot_uniform, as the reference code does",
        ),
      regression: z
        .enum(['linear', 'sigmoid'])
        .default('sigmoid')
        .describe('output of a regression head: the paper has a sigmoid, the reference code none'),
    })
    .prefault({}),
  report: z
    .strictObject({
      average: z
        .enum(['bam', 'glue'])
        .default('bam')
        .describe(
          "which average stands for a model: BAM's (accuracy of MRPC and QQP, Spearman, no WNLI) or GLUE's (means of both metrics and of MNLI's sets)",
        ),
      failedRuns: z
        .enum(['keep', 'drop'])
        .default('keep')
        .describe(
          'models that answer one class or score at most as the commonest one: kept in medians and tests, or dropped from them; always counted',
        ),
    })
    .prefault({}),
  logging: z
    .strictObject({
      tensorboard: z.boolean().default(true).describe("write TensorBoard's event files into each run's folder, beside the JSON Lines"),
    })
    .prefault({}),
  runtime: z
    .strictObject({
      device: z
        .string()
        .regex(/^(cpu|cuda(:\d+)?)$/, 'must be cpu, cuda or cuda:N')
        .default('cpu')
        .describe('where models are trained and asked: cpu, cuda (the first GPU) or cuda:N'),
      engine: z
        .enum(['auto', ...ENGINES])
        .default('auto')
        .describe(
          'auto: fused on the CPU, flash on CUDA (plain where the GPU has no bf16). plain: LibTorch operations with autograd; fused: forward and backward written out, for the CPU; flash: the same out of LibTorch operations, for CUDA',
        ),
      precision: z
        .enum(['auto', ...PRECISIONS])
        .default('auto')
        .describe(
          'of matrix products; weights are always fp32. auto: bf16 where the CPU is fast at it (AMX; AVX512_BF16 on AMD) and in the flash engine on CUDA, else fp32',
        ),
      products: z
        .enum(['auto', ...PRODUCTS])
        .default('auto')
        .describe(
          "fused engine: whose matrix products the linear layers use. auto: own kernels where the CPU's instruction set has them, else LibTorch's",
        ),
      firstTokensOnly: z
        .boolean()
        .default(true)
        .describe(
          'fused and flash engine: the last layer computes only the [CLS] outputs, which is all that is read; the same results but for rounding, faster',
        ),
      threads: z
        .int()
        .nonnegative()
        .max(1024)
        .default(0)
        .describe("native threads of a session; 0 shares the cores, or a container's quota of them, between the parallel runs at work"),
      parallelRuns: z
        .union([positiveInteger, z.literal('auto')])
        .default(1)
        .describe('models trained at once; small models on few cores gain from it. auto: what some seconds of trying find fastest here'),
      shareDir: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('folder in which experiments share finished runs: the same training is taken from there, what is trained is put there'),
      checkpointSteps: z.int().nonnegative().default(200).describe('steps between checkpoints of a running model; 0 keeps none'),
      evaluationBatchTokens: positiveInteger.default(4096).describe('tokens per batch in evaluation and prediction'),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
/** A configuration before defaults: every key optional, at every level. */
export type ConfigInput = z.input<typeof configSchema>;
export type TrainingShape = Config['single'];
export type SelectionSettings = Config['selection'];
/** What a session needs to know of how it computes. */
export type SessionRuntime = Pick<Config['runtime'], 'engine' | 'precision' | 'products' | 'firstTokensOnly' | 'threads'>;
export type Engine = (typeof ENGINES)[number];
export type Precision = (typeof PRECISIONS)[number];
export type Products = (typeof PRODUCTS)[number];
export type Truncation = (typeof TRUNCATIONS)[number];
export type Annealing = (typeof ANNEALINGS)[number];
export type Sampling = (typeof SAMPLINGS)[number];
export type HeadInit = (typeof HEAD_INITS)[number];
export type Arm = (typeof ARMS)[number];
export type Variant = Config['variants'][string];
