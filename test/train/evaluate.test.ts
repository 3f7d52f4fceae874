/** Which head of a model answers for a task, and that it answers with the task's labels. */
import { afterAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { Head } from '../../src/nn/head.js';
import { taskByName } from '../../src/tasks/index.js';
import type { TaskDefinition } from '../../src/tasks/types.js';
import { headIndex } from '../../src/train/evaluate.js';
import { headSpec } from '../../src/train/heads.js';

const { model } = configSchema.parse({});
const [RTE, STSB, MNLI] = ['rte', 'stsb', 'mnli'].map(taskByName) as [TaskDefinition, TaskDefinition, TaskDefinition];

const heads = [RTE, STSB, MNLI].map((task) => Head.create(headSpec(task, model), 4, 'cpu'));
afterAll(() => heads.forEach((head) => head.dispose()));

describe('headIndex', () => {
  it("finds the task's head, or the one of the task that it is answered by", () => {
    expect([RTE, STSB, MNLI, taskByName('ax')].map((task) => headIndex(heads, task))).toEqual([0, 1, 2, 2]);
  });

  it.each<[string, TaskDefinition, RegExp]>([
    ['in another order', { ...MNLI, labels: [...MNLI.labels].reverse() }, /head for mnli has the labels .*, the task mnli has the labels/],
    ['of another name', { ...RTE, labels: ['yes', 'no'] }, /the task rte has the labels yes, no/],
    ['of another range', { ...STSB, scoreRange: [0, 10] }, /has scores from 0 to 5, the task stsb has scores from 0 to 10/],
  ])('refuses a head that has learnt labels %s', (_, task, message) => {
    expect(() => headIndex(heads, task)).toThrow(
      expect.objectContaining({ code: 'ERR_MODEL_FOLDER', message: expect.stringMatching(message) }),
    );
  });

  it('says which heads there are', () => {
    expect(() => headIndex(heads, taskByName('cola'))).toThrow(/no head for cola: its heads are rte, stsb, mnli/);
  });
});
