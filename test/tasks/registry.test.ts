/** The registry, the labels, and the scores of STS-B in both directions. */
import { describe, expect, it } from 'vitest';
import { GLUE_TASK_NAMES } from '../../src/config/schema.js';
import { formatScore, GLUE_TASKS, labelName, rawScore, scaledScore, splitFormat, TASKS, taskByName } from '../../src/tasks/index.js';

describe('registry', () => {
  it('holds the nine tasks of the configuration and AX', () => {
    expect(GLUE_TASKS.map((task) => task.name)).toEqual([...GLUE_TASK_NAMES]);
    expect(TASKS.map((task) => task.name)).toEqual([...GLUE_TASK_NAMES, 'ax']);
  });

  it.each(TASKS.map((task) => [task.name, task] as const))('%s is consistent', (name, task) => {
    expect(taskByName(name)).toBe(task);
    expect(task.metrics).toContain(task.mainMetric);
    expect(taskByName(task.head).labels).toBe(task.labels);
    expect(task.kind === 'regression').toBe(task.scoreRange !== null);
    expect(task.labels.length).toBe(task.kind === 'regression' ? 0 : name === 'mnli' || name === 'ax' ? 3 : 2);
  });

  it('has the official metrics (docs/paper.md section 5)', () => {
    expect(Object.fromEntries(TASKS.map((task) => [task.name, [...task.metrics].sort()]))).toEqual({
      cola: ['matthews'],
      sst2: ['accuracy'],
      mrpc: ['accuracy', 'f1'],
      stsb: ['pearson', 'spearman'],
      qqp: ['accuracy', 'f1'],
      mnli: ['accuracy'],
      qnli: ['accuracy'],
      rte: ['accuracy'],
      wnli: ['accuracy'],
      ax: ['matthews'],
    });
  });

  it.each([
    ['mlni', 'mnli'],
    ['SST-2', 'sst2'],
    ['sts-b', 'stsb'],
    ['RTE', 'rte'],
  ])("names the nearest task for '%s'", (name, nearest) => {
    expect(() => taskByName(name)).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_TASK',
        message: `unknown task '${name}'; did you mean '${nearest}'? Known tasks: cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli, ax. A task of your own is described under customTasks in the configuration (--config)`,
      }),
    );
  });

  it('names the splits of a task that lacks the one asked for', () => {
    expect(() => splitFormat(taskByName('ax'), 'dev')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: "AX has no split 'dev'; it has test" }),
    );
  });
});

describe('labels', () => {
  it('names classes in the reference order', () => {
    expect([0, 1, 2].map((index) => labelName(taskByName('mnli'), index))).toEqual(['contradiction', 'entailment', 'neutral']);
    expect([0, 1].map((index) => labelName(taskByName('rte'), index))).toEqual(['entailment', 'not_entailment']);
  });

  it.each([-1, 2, 0.5, NaN])('refuses class %s', (index) => {
    expect(() => labelName(taskByName('rte'), index)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('turns scores to [0, 1] and back', () => {
    const stsb = taskByName('stsb');
    expect(scaledScore(stsb, 3.8)).toBeCloseTo(0.76, 15);
    expect(rawScore(stsb, 0.76)).toBeCloseTo(3.8, 15);
    expect(rawScore(stsb, 1.1)).toBeCloseTo(5.5, 15);
    expect([0, 0.76, 1, 1.1, -0.2].map((scaled) => formatScore(stsb, scaled))).toEqual(['0.000', '3.800', '5.000', '5.000', '0.000']);
  });

  it('has no score for NaN, nor for a classification task', () => {
    expect(() => formatScore(taskByName('stsb'), NaN)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => rawScore(taskByName('rte'), 0.5)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
