import { describe, expect, it } from 'vitest';
import { failureOf, type Failure } from '../../src/experiment/failed-runs.js';
import { scoreTask } from '../../src/metrics/index.js';
import { predictionsOf } from '../../src/train/evaluate.js';
import { labelled } from './labelled.js';

/** @param answers classes, or scores in [0, 1] */
function failure(task: string, gold: readonly number[], answers: readonly number[]): Failure | null {
  const dataset = labelled(task, gold);
  const regression = dataset.task.kind === 'regression';
  const classes = dataset.task.labels.map((_, label) => label);
  const logits = Float32Array.from(regression ? answers : answers.flatMap((answer) => classes.map((label) => (label === answer ? 1 : 0))));
  const { scores } = scoreTask(dataset.task.metrics, predictionsOf(logits, regression ? 1 : classes.length), Float32Array.from(gold));
  return failureOf({ dataset, logits }, scores);
}

describe('failureOf', () => {
  it.each<[string, string, number[], number[], Failure | null]>([
    ['one class', 'rte', [0, 1, 0, 1], [1, 1, 1, 1], 'one answer'],
    ['two classes, as many right as the commonest class has', 'rte', [0, 0, 0, 1, 1], [0, 0, 1, 1, 0], 'majority'],
    ['two classes, one more right', 'rte', [0, 0, 0, 1, 1], [0, 0, 1, 1, 1], null],
    ['below the majority', 'mnli', [0, 0, 1, 2], [2, 0, 2, 1], 'majority'],
    ['above the majority', 'mnli', [0, 0, 1, 2], [0, 0, 1, 1], null],
    ['a Matthews correlation of 0 or less', 'cola', [0, 1, 0, 1], [1, 1, 0, 0], 'majority'],
    ['a Matthews correlation above 0', 'cola', [0, 1, 0, 1], [0, 1, 0, 0], null],
    ['one class, where dev has no other', 'rte', [1, 1, 1], [1, 1, 1], null],
    ['two classes, where dev has one', 'rte', [1, 1, 1], [1, 0, 1], null],
    ['one score', 'stsb', [0.2, 0.6, 0.8], [0.5, 0.5, 0.5], 'one answer'],
    ['scores the wrong way round', 'stsb', [0.2, 0.6, 0.8], [0.6, 0.5, 0.4], 'majority'],
    ['scores the right way round', 'stsb', [0.2, 0.6, 0.8], [0.4, 0.5, 0.6], null],
    ['outputs that are not finite', 'stsb', [0.2, 0.6, 0.8], [NaN, NaN, NaN], 'majority'],
  ])('%s', (_, task, gold, answers, expected) => {
    expect(failure(task, gold, answers)).toBe(expected);
  });
});
