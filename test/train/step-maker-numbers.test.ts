/**
 * All numbers of a step of a distilled student, worked out by hand from docs/paper.md: two sets of 2 and 10 examples, copies by size^0.5,
 * batches of 4, two epochs, and warm-up over a quarter of the steps.
 *
 * Copies (section 3.2): the large set's target is 10, the small one's 10 · (2/10)^0.5 = 4.47, which is 2 copies. An epoch is 2 · 2 + 10 = 14
 * examples, so batches of 4, 4, 4 and 2: 8 steps in two epochs. Before they are normalised the loss weights are √2/4 = 0.353553 and
 * √10/10 = 0.316228; with a mean of 1 they are 1.055728 and 0.944272.
 */
import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { TeacherEnsemble } from '../../src/distill/ensemble.js';
import { createStepMaker, type PreparedStep, type StepMaker } from '../../src/train/step-maker.js';
import { labelled } from '../experiment/labelled.js';

const SIZES = [4, 4, 4, 2, 4, 4, 4, 2];
/** Section 1: λ = step / total steps. */
const LAMBDAS = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875];
/** Section 2, base 8e-3: 0 and half of it in the two steps of the warm-up, then 8e-3 · (1 - step / 8). */
const RATES = [0, 4e-3, 6e-3, 5e-3, 4e-3, 3e-3, 2e-3, 1e-3];
const WEIGHTS = [1.0557280900008412, 0.9442719099991588];

/** What RTE's teacher says of the two examples, and by how much that of STS-B falls short of the label. */
const TAUGHT = [
  [0.75, 0.25],
  [0.2, 0.8],
];
const SHORT = 0.25;
const SCORES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 0.0625];

/** By example; the softmax of logarithms of probabilities is the probabilities. */
const RTE_TEACHER = { width: 2, logits: (index: number) => Float32Array.from(TAUGHT[index] ?? [], Math.log) };
const STSB_TEACHER = { width: 1, logits: (index: number) => Float32Array.of((SCORES[index] ?? NaN) - SHORT) };
const TASKS = [
  { dataset: labelled('rte', [0, 1]), teacher: new TeacherEnsemble('classification', [RTE_TEACHER]) },
  { dataset: labelled('stsb', SCORES), teacher: new TeacherEnsemble('regression', [STSB_TEACHER]) },
];

function maker(input: ConfigInput, tasks: Parameters<typeof createStepMaker>[0]['tasks'] = TASKS): StepMaker {
  const config = configSchema.parse({
    sampling: { kind: 'copies', exponent: 0.5, order: 'fixed' },
    schedule: { warmup: 0.25 },
    multi: { epochs: 2, batchSize: 4, learningRate: 8e-3 },
    ...input,
  });
  return createStepMaker({ tasks, shape: config.multi, config, seed: 1 });
}

const all = (steps: StepMaker): PreparedStep[] => Array.from({ length: steps.totalSteps }, (_, step) => steps.prepare(step));
const close = (values: readonly number[]): number[] => values.map((value) => expect.closeTo(value, 6) as number);
const targets = ({ batches }: PreparedStep): number[] => batches.flatMap((batch) => [...batch.targets]);
const weights = ({ batches }: PreparedStep): number[] => batches.flatMap((batch) => [...batch.weights]);

describe('a step of a distilled student', () => {
  const summed = all(maker({ loss: { reduction: 'sum' } }));

  it('has its λ, its learning rate and its share of the epoch', () => {
    expect(summed.map(({ lambda }) => lambda)).toEqual(LAMBDAS);
    expect(summed.map(({ learningRate }) => learningRate)).toEqual(RATES.map((rate) => expect.closeTo(rate, 12) as number));
    expect(summed.map(({ examples }) => examples.length)).toEqual(SIZES);
  });

  it('has targets of λ labels and 1 - λ teacher', () => {
    // Of a λ of 0.375: 0.375 · (1, 0) + 0.625 · (0.75, 0.25), 0.375 · (0, 1) + 0.625 · (0.2, 0.8), and 0.625 · 0.25 short of each label.
    const rte = [
      [0.84375, 0.15625],
      [0.125, 0.875],
    ];
    const expected = [rte, SCORES.map((score) => [score - 0.15625])];
    for (const step of all(maker({ distillation: { annealing: 'constant', lambda: 0.375 } }))) {
      expect(targets(step)).toEqual(close(step.examples.flatMap(({ task, index }) => expected[task]?.[index] ?? [])));
    }
  });

  it('moves its targets from the teacher to the labels', () => {
    // Of the first step they are the teacher's, of the last one 0.875 · (1, 0) + 0.125 · (0.75, 0.25) and so on.
    const last = [
      [0.96875, 0.03125],
      [0.025, 0.975],
    ];
    const expected = new Map([
      [0, [TAUGHT, SCORES.map((score) => [score - SHORT])]],
      [7, [last, SCORES.map((score) => [score - 0.03125])]],
    ]);
    for (const [number, own] of expected) {
      const step = summed[number] as PreparedStep;
      expect(targets(step)).toEqual(close(step.examples.flatMap(({ task, index }) => own[task]?.[index] ?? [])));
    }
  });

  it('weighs an example of a sum by what the copies left, also in the smaller last batch', () => {
    for (const step of summed) expect(weights(step)).toEqual(close(step.examples.map(({ task }) => WEIGHTS[task] ?? NaN)));
    expect(new Set(summed.flatMap(({ examples }) => examples.map(({ task }) => task)))).toEqual(new Set([0, 1]));
  });

  it('weighs an example of a mean by the examples that there are: 4, and 2 in the last batch of an epoch', () => {
    all(maker({ loss: { reduction: 'mean' } })).forEach((step, i) => {
      expect(weights(step)).toEqual(close(step.examples.map(({ task }) => (WEIGHTS[task] ?? NaN) / (SIZES[i] ?? NaN))));
    });
  });
});

describe('a step without teachers', () => {
  it('has no λ, and the labels for targets', () => {
    const untaught = TASKS.map(({ dataset }) => ({ dataset, teacher: null }));
    for (const step of all(maker({}, untaught))) {
      expect(step.lambda).toBeNull();
      expect(targets(step)).toEqual(
        step.examples.flatMap(({ task, index }) => (task === 1 ? [SCORES[index]] : index === 0 ? [1, 0] : [0, 1])),
      );
    }
  });
});
