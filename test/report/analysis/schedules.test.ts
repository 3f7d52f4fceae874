/** The α that the models were trained with, which a grid may have chosen task by task. */
import { expect, it } from 'vitest';
import { layerMultipliers } from '../../../src/report/analysis/schedules.js';
import { madeExperiment } from '../made-experiment.js';

it('groups the arms by the α of each run’s own settings', () => {
  const experiment = madeExperiment({ arms: ['single', 'multi'], tasks: ['rte', 'cola', 'stsb'], seeds: [1, 2] }, ({ kind, tasks }) => {
    const layerDecay = kind === 'multi' || tasks[0] === 'stsb' ? 0.5 : 1;
    return { record: { settings: { [`${kind}.layerDecay`]: layerDecay } } };
  });
  const found = layerMultipliers(experiment).map(({ layerDecay, arms, layers }) => [layerDecay, arms, layers.at(-1)?.multiplier]);
  // The embeddings are four layers below the heads of an encoder of two.
  expect(found).toEqual([
    [1, ['single (rte, cola)'], 1],
    [0.5, ['single (stsb)', 'multi'], 0.0625],
  ]);
});
