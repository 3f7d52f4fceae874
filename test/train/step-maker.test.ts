/** A step in micro-batches: the same examples, targets and weights as in one batch. */
import { beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import type { PackedBatch } from '../../src/data/types.js';
import { prepareData } from '../../src/train/prepare-data.js';
import { createStepMaker, tokensOf, type StepMaker } from '../../src/train/step-maker.js';
import { smallData, tinyModel } from './tiny-model.js';

let makerOf: (accumulate: number) => StepMaker;

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  const modelDir = await tinyModel(dataDir);
  const parse = (accumulate: number) =>
    configSchema.parse({ data: { maxLength: 48 }, sampling: { kind: 'weights' }, multi: { epochs: 1, batchSize: 20, accumulate } });
  const splits = ['rte', 'stsb'].map((task) => ({ task, split: 'train' as const }));
  const data = await prepareData({ config: parse(1), splits, dataDir, modelDir, onEvent: () => undefined });
  const tasks = splits.map(({ task }) => ({ dataset: data.get(task, 'train'), teacher: null }));
  makerOf = (accumulate) => {
    const config = parse(accumulate);
    return createStepMaker({ tasks, shape: config.multi, config, seed: 1 });
  };
});

const joined = (batches: readonly PackedBatch[], key: 'tokenIds' | 'typeIds' | 'taskIds' | 'targets' | 'weights'): number[] =>
  batches.flatMap((batch) => [...batch[key]]);
const sizes = (batches: readonly PackedBatch[]): number[] => batches.map(({ taskIds }) => taskIds.length);

describe('a step in micro-batches', () => {
  it('holds the whole batch, each example with the weight it has there', () => {
    const [whole, cut] = [makerOf(1), makerOf(3)];
    expect(cut.totalSteps).toBe(whole.totalSteps);
    for (let step = 0; step < whole.totalSteps; step += 1) {
      const [one, three] = [whole.prepare(step), cut.prepare(step)];
      expect(one.batches).toHaveLength(1);
      expect(three.batches).toHaveLength(3);
      for (const key of ['tokenIds', 'typeIds', 'taskIds', 'targets', 'weights'] as const) {
        expect(joined(three.batches, key), key).toEqual(joined(one.batches, key));
      }
      expect(three.examples).toEqual(one.examples);
      expect(tokensOf(three)).toBe(tokensOf(one));
    }
  });

  it('is cut into parts of nearly equal size, no more than there are examples', () => {
    expect(sizes(makerOf(3).prepare(0).batches)).toEqual([6, 7, 7]);
    const last = makerOf(20);
    expect(sizes(last.prepare(last.totalSteps - 1).batches)).toEqual(Array(8).fill(1));
  });
});
