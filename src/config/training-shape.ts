/** The schema of what `single` and `multi` have in common. The defaults of each stand in schema.ts. */
import { z } from 'zod';
import { positiveInteger, several } from './values.js';

/** How long, how fast and how layer-wise one kind of model is trained (docs/paper.md section 2). */
export const trainingShape = (defaults: { epochs: number; batchSize: number; learningRate: number; layerDecay: number }) =>
  z
    .strictObject({
      epochs: z.number().positive().default(defaults.epochs).describe('passes over the training set; one pass is the sum of the set sizes'),
      batchSize: positiveInteger.default(defaults.batchSize).describe('sequences per optimizer step'),
      accumulate: positiveInteger
        .default(1)
        .describe(
          'micro-batches that a step is computed in, one after the other; their gradients are summed: the same step in less memory, but for other dropout masks',
        ),
      learningRate: z.number().positive().default(defaults.learningRate).describe('base rate, the peak after warm-up, of the head'),
      layerDecay: z
        .number()
        .positive()
        .max(1)
        .default(defaults.layerDecay)
        .describe('alpha: each layer further from the output learns alpha times slower'),
      grid: z
        .strictObject({
          learningRate: several(z.number().positive()).default([]).describe('rates to try with `run`; empty: the one above'),
          layerDecay: several(z.number().positive().max(1)).default([]).describe('alphas to try with `run`; empty: the one above'),
          seeds: positiveInteger
            .default(1)
            .describe('how many of the first seeds a setting is tried with; all seeds then take the one that is best on dev, task by task'),
        })
        .prefault({}),
    })
    .prefault({});
