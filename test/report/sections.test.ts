/** Sections of a report whose content depends on what an experiment has: many labels, names that other figures have, teachers that are gone. */
import { describe, expect, it } from 'vitest';
import { agreements } from '../../src/report/analysis/agreement.js';
import { confusionSection } from '../../src/report/html/sections/confusion.js';
import { learningSection } from '../../src/report/html/sections/learning.js';
import { paperSection } from '../../src/report/html/sections/paper.js';
import { resultsSection } from '../../src/report/html/sections/results.js';
import { schedulesSection } from '../../src/report/html/sections/schedules.js';
import type { Block, Section } from '../../src/report/html/section.js';
import type { TaskAnswers } from '../../src/report/load/answers.js';
import type { TrainingCourse } from '../../src/report/load/training-course.js';
import { taskByName, taskRegistry, type TaskDefinition } from '../../src/tasks/index.js';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { renderSvg } from '../../src/report/charts/render.js';
import { customTask, madeExperiment, resultOf } from './made-experiment.js';

const tableOf = (block: Block | undefined) => (block === undefined || block.kind === 'markup' ? null : block.table);
const figuresOf = (section: Section | null): string[] =>
  (section?.blocks ?? []).flatMap((block) => (block.kind === 'figures' ? block.figures.map(({ id }) => id) : []));

/** Answers to examples of the classes given, each of which the model is sure of. */
function answersTo(task: TaskDefinition, gold: readonly number[], answers: readonly number[]): TaskAnswers {
  const probabilities = Float32Array.from(answers.flatMap((answer) => task.labels.map((_, label) => (label === answer ? 1 : 0))));
  return { task, gold: Float32Array.from(gold), answers: Float32Array.from(answers), probabilities };
}

describe('the confusion of a task', () => {
  const confusionOf = (labels: number): Block | undefined => {
    const config = { arms: ['single'], tasks: ['moods'], customTasks: { moods: customTask(labels) } };
    const task = taskRegistry(configSchema.parse(config)).byName('moods');
    const section = confusionSection(madeExperiment(config, () => ({ answers: [answersTo(task, [0, 0, 0, 1], [0, 0, 1, 1])] })));
    return section?.blocks[0];
  };

  it.each([12, 13, 150])('with %i labels has rows for the answers that were given', (labels) => {
    const rows = tableOf(confusionOf(labels))?.rows.map((row) => row.slice(2).map(({ value }) => value));
    expect(rows).toEqual([
      ['0', '0', 2, 2 / 3],
      ['0', '1', 1, 1 / 3],
      ['1', '1', 1, 1],
    ]);
  });

  it('has a figure up to 12 labels, and beyond says that there is none', () => {
    expect(confusionOf(12)).toMatchObject({ kind: 'figures', figures: [{ id: 'confusion-moods-single' }] });
    const many = confusionOf(13);
    expect(many?.kind).toBe('table');
    expect(tableOf(many)?.notes).toContain('There is no figure: 13 labels are too many to be read in one.');
  });
});

it('have no two figures of one name, whatever people call their tasks', () => {
  const points = [{ step: 1, lambda: null, learningRate: 0.1, tasks: { rate: { count: 8, loss: 0.5 } } }];
  const course: TrainingCourse = { steps: 1, tokens: 100, examples: 8, seconds: 1, points };
  const config = { arms: ['single'], tasks: ['rate'], customTasks: { rate: customTask(2) } };
  const experiment = madeExperiment(config, () => ({ course }));
  const ids = [learningSection(experiment), schedulesSection(experiment)].flatMap(figuresOf);
  expect(ids).toContain('learning-rate');
  expect(new Set(ids).size).toBe(ids.length);
});

describe('the agreement with an ensemble of teachers', () => {
  const agreementWith = (taught: string): ReturnType<typeof agreements> => {
    const own = answersTo(taskByName('rte'), [0, 1], [0, 1]);
    const experiment = madeExperiment({ arms: ['single', 'single-single'], tasks: ['rte'], seeds: [1, 2] }, ({ arm }) => ({
      answers: [own],
      ...(arm === 'single-single' && { record: { settings: { 'teacher of.rte': taught } } }),
    }));
    return agreements(experiment);
  };

  it('is of all of them, or not shown', () => {
    expect(agreementWith('single/rte/seed-1,single/rte/seed-2')).toMatchObject([{ arm: 'single-single', seeds: 2, agreement: 1 }]);
    expect(agreementWith('single/rte/seed-1,trained anew since')).toEqual([]);
  });
});

it('name the test behind the marks once', () => {
  const results = ['single', 'multi'].flatMap((arm) => [1, 2].map((seed) => resultOf(arm, seed, { rte: 0.6, mrpc: 0.5 + seed / 10 })));
  const { blocks } = resultsSection(madeExperiment({ arms: ['single', 'multi'], tasks: ['rte', 'mrpc'] }, undefined, results));
  const tests = blocks.map(tableOf).find((table) => table?.id === 'tests');
  expect(tests?.notes[0]).toMatch(/^Mann-Whitney U, exact, two-sided; Holm over all 3 tests\./);
});

it.each([
  [0.2, '0.2 epochs of batch 32'],
  [0.5, '0.5 epochs of batch 32'],
  [1, '1 epoch of batch 32'],
  [2.5, '2.5 epochs of batch 32'],
])('say beside the paper that %d epochs were trained', (epochs, words) => {
  const experiment = madeExperiment({ arms: ['single'], tasks: ['rte'], single: { epochs } }, undefined, [
    resultOf('single', 1, { rte: 0.6 }),
  ]);
  expect(paperSection(experiment)?.intro[1]).toContain(`single models ${words}`);
});

it('have a learning rate’s ticks in full', () => {
  const points = [1.1e-3, 1.9e-3].map((learningRate, i) => ({ step: i + 1, lambda: null, learningRate, tasks: {} }));
  const course: TrainingCourse = { steps: 2, tokens: 100, examples: 8, seconds: 1, points };
  const experiment = madeExperiment({ arms: ['single'], tasks: ['rte'] }, () => ({ record: { steps: 2 }, course }));
  const figures = schedulesSection(experiment)?.blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : [])) ?? [];
  const rate = figures.find(({ id }) => id === 'schedule-rate');
  const ticks = renderSvg(rate?.option ?? {}, 210).match(/(?<=>)[\d.]+e-\d+(?=<)/g);
  expect(ticks).toEqual(['1e-3', '1.2e-3', '1.4e-3', '1.6e-3', '1.8e-3', '2e-3']);
});

it('mark the tasks that the average leaves out, MNLI’s mismatched set too', () => {
  const result = { ...resultOf('single', 1, { rte: 0.6, wnli: 0.5, mnli: 0.7 }), mismatched: { mnli: { accuracy: 0.71 } } };
  const table = tableOf(
    resultsSection(madeExperiment({ arms: ['single'], tasks: ['rte', 'wnli', 'mnli'] }, undefined, [result])).blocks[0],
  );
  expect(table?.rows.map(([title]) => title?.text)).toEqual(['MNLI', 'MNLI-mm *', 'RTE', 'WNLI *', 'Average of 2']);
  expect(table?.notes).toContain('* not in the average.');
});

it('draw shares of the tasks that an arm trains alone', () => {
  const course = (names: readonly string[]): TrainingCourse => ({
    ...{ steps: 1, tokens: 100, examples: 8, seconds: 1 },
    points: [{ step: 1, lambda: null, learningRate: 0.1, tasks: Object.fromEntries(names.map((name) => [name, { count: 4, loss: 0.5 }])) }],
  });
  const config: ConfigInput = {
    arms: ['multi', 'two'],
    tasks: ['rte', 'mrpc', 'wnli'],
    variants: { two: { arm: 'multi', set: ['tasks=["rte","mrpc"]'] } },
  };
  const section = schedulesSection(madeExperiment(config, ({ tasks }) => ({ course: course(tasks) })));
  const figures = section?.blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : [])) ?? [];
  expect(figures.find(({ id }) => id === 'shares-two')?.description).toBe('Share of each task in the batches of two: mrpc 50 %, rte 50 %');
});
