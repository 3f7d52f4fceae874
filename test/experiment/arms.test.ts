import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { checkVariants } from '../../src/config/variants.js';
import { planRuns, type PlannedRun } from '../../src/experiment/arms.js';
import { needsOf } from '../../src/experiment/sources.js';

/** As an experiment and its forecast do it. */
function plan(input: ConfigInput): PlannedRun[] {
  const config = configSchema.parse({ tasks: ['rte', 'cola'], ...input });
  checkVariants(config);
  return planRuns(config);
}
const ids = (input: ConfigInput): string[] => plan(input).map((run) => run.id);
const find = (runs: readonly PlannedRun[], id: string): PlannedRun | undefined => runs.find((run) => run.id === id);

describe('planRuns', () => {
  it('trains each single model once, teachers before students', () => {
    expect(ids({ seeds: [4, 2], arms: ['single-multi', 'single', 'multi'] })).toEqual([
      'single/rte/seed-4',
      'single/cola/seed-4',
      'single-multi/all/seed-4',
      'single-multi/all/seed-2',
      'single/rte/seed-2',
      'single/cola/seed-2',
      'multi/all/seed-4',
      'multi/all/seed-2',
    ]);
  });

  it('teaches every seed by the models of the first, which are trained also when no arm asks for them', () => {
    const runs = plan({ seeds: [3, 5], arms: ['single-multi'] });
    expect(runs.map((run) => run.id)).toEqual([
      'single/rte/seed-3',
      'single/cola/seed-3',
      'single-multi/all/seed-3',
      'single-multi/all/seed-5',
    ]);
    const teachers = { rte: ['single/rte/seed-3'], cola: ['single/cola/seed-3'] };
    for (const student of runs.slice(2)) expect(student.teachers).toEqual(teachers);
    for (const teacher of runs.slice(0, 2)) expect(teacher.teachers).toEqual({});
  });

  it('teaches single students one task each, and multi students by a multi-task model', () => {
    const runs = plan({ arms: ['single-single', 'multi-multi'] });
    expect(find(runs, 'single-single/cola/seed-1')).toMatchObject({
      kind: 'single',
      tasks: ['cola'],
      teachers: { cola: ['single/cola/seed-1'] },
    });
    const teachers = { rte: ['multi/all/seed-1'], cola: ['multi/all/seed-1'] };
    expect(find(runs, 'multi-multi/all/seed-1')).toMatchObject({ kind: 'multi', teachers });
  });

  it('goes a second round through single-task students', () => {
    expect(ids({ arms: ['single-multi-single-multi'], seeds: [1, 2] })).toEqual([
      'single/rte/seed-1',
      'single/cola/seed-1',
      'single-multi/all/seed-1',
      'single-multi-single/rte/seed-1',
      'single-multi-single/cola/seed-1',
      'single-multi-single-multi/all/seed-1',
      'single-multi-single-multi/all/seed-2',
    ]);
  });

  it('starts a fine-tuned model from the multi-task model of its seed', () => {
    const runs = plan({ arms: ['multi-finetuned'], seeds: [1, 2] });
    expect(find(runs, 'multi-finetuned/rte/seed-2')).toMatchObject({ kind: 'single', initial: 'multi/all/seed-2', teachers: {} });
    expect(runs.indexOf(find(runs, 'multi/all/seed-2') as PlannedRun)).toBeLessThan(
      runs.findIndex((run) => run.seed === 2 && run.kind === 'single'),
    );
  });

  it('takes several teachers by seed, or every seed where the best on dev are taken', () => {
    const teachersWith = (teachers: object) =>
      find(plan({ seeds: [7, 8, 9], arms: ['single-multi'], distillation: { teachers } }), 'single-multi/all/seed-9')?.teachers['rte'];
    expect(teachersWith({ count: 2 })).toEqual(['single/rte/seed-7', 'single/rte/seed-8']);
    expect(teachersWith({ count: 1, choose: 'dev' })).toEqual(['single/rte/seed-7', 'single/rte/seed-8', 'single/rte/seed-9']);
    expect(() => teachersWith({ count: 4 })).toThrow(/4 teachers per task need as many seeds, and there are 3/);
  });
});

describe('variants', () => {
  const variants = {
    flat: { arm: 'single-multi', set: ['multi.layerDecay=1', 'distillation.annealing=constant'] },
    pair: { arm: 'multi', set: ['tasks=["rte","mnli"]'] },
    second: { arm: 'multi', teachers: 'flat' },
  } as const satisfies ConfigInput['variants'];

  it('have settings of their own, and the usual teachers', () => {
    const runs = plan({ arms: ['flat'], variants });
    const student = find(runs, 'flat/all/seed-1');
    expect(student?.config).toMatchObject({ multi: { layerDecay: 1, epochs: 6 }, distillation: { annealing: 'constant', lambda: 0.5 } });
    expect(student?.teachers).toEqual({ rte: ['single/rte/seed-1'], cola: ['single/cola/seed-1'] });
    expect(find(runs, 'single/rte/seed-1')?.config.multi.layerDecay).toBe(0.9);
  });

  it('may have tasks and teachers of their own', () => {
    expect(find(plan({ arms: ['pair'], variants }), 'pair/all/seed-1')?.tasks).toEqual(['rte', 'mnli']);
    expect(find(plan({ arms: ['second'], variants }), 'second/all/seed-1')?.teachers).toEqual({
      rte: ['flat/all/seed-1'],
      cola: ['flat/all/seed-1'],
    });
  });
});

describe('an experiment that cannot be planned', () => {
  it.each<[string, ConfigInput, RegExp]>([
    ['an unknown arm', { arms: ['single-mulit'] }, /unknown arm 'single-mulit'; did you mean 'single-multi'\?/],
    [
      'a cycle of teachers',
      { arms: ['a'], variants: { a: { arm: 'multi', teachers: 'b' }, b: { arm: 'multi', teachers: 'a' } } },
      /a cycle of teachers: a is taught by b is taught by a/,
    ],
    ['too few tasks', { arms: ['multi'], tasks: ['rte'] }, /arm multi trains one model on several tasks, and there is one: rte/],
    [
      'teachers of other tasks',
      { arms: ['b'], variants: { a: { arm: 'multi', set: ['tasks=["rte","mnli"]'] }, b: { arm: 'multi', teachers: 'a' } } },
      /arm b learns cola from the models of a, which have no head for it: they are trained on rte, mnli/,
    ],
    [
      'a variant named like the first round of the born-again arm',
      { arms: ['single-multi-single'], variants: { 'single-multi-single': { arm: 'single-single', teachers: 'single-multi' } } },
      /variants\.single-multi-single: the first round of single-multi-single-multi has that name already; choose another/,
    ],
    [
      'a variant that sets what is shared',
      { arms: ['a'], variants: { a: { arm: 'multi', set: ['data.maxLength=16'] } } },
      /cannot set data/,
    ],
    [
      'a variant with an unknown key',
      { arms: ['a'], variants: { a: { arm: 'multi', set: ['multi.epoch=1'] } } },
      /variants\.a\.set multi\.epoch=1: .*did you mean multi\.epochs/,
    ],
  ])('%s', (_name, input, message) => {
    expect(() => ids(input)).toThrow(message);
    expect(() => ids(input)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });
});

describe('a grid', () => {
  const grid = { learningRate: [1e-4, 3e-4], layerDecay: [1, 0.9] };

  it('adds a trial for each setting and task before the runs that take the best of them', () => {
    const runs = plan({ arms: ['single'], seeds: [1, 2], single: { grid } });
    expect(runs.map(({ id }) => id).filter((id) => id.includes('/rte/'))).toEqual([
      'single@rate-0.0001-decay-1/rte/seed-1',
      'single@rate-0.0001-decay-0.9/rte/seed-1',
      'single@rate-0.0003-decay-1/rte/seed-1',
      'single@rate-0.0003-decay-0.9/rte/seed-1',
      'single/rte/seed-1',
      'single/rte/seed-2',
    ]);
    expect(runs).toHaveLength(12);
    const trial = find(runs, 'single@rate-0.0003-decay-0.9/cola/seed-1');
    expect(trial).toMatchObject({ grid: null, tasks: ['cola'], config: { single: { learningRate: 3e-4, layerDecay: 0.9, epochs: 3 } } });
    for (const seed of [1, 2]) expect(needsOf(find(runs, `single/cola/seed-${seed}`) as PlannedRun)).toHaveLength(4);
  });

  it('tries every setting with as many seeds as it is told', () => {
    const runs = plan({ arms: ['single'], seeds: [1, 2, 3], tasks: ['rte'], single: { grid: { layerDecay: [1, 0.5], seeds: 2 } } });
    expect(runs.map(({ id }) => id)).toEqual([
      ...[1, 0.5].flatMap((decay) => [1, 2].map((seed) => `single@rate-0.00005-decay-${decay}/rte/seed-${seed}`)),
      ...[1, 2, 3].map((seed) => `single/rte/seed-${seed}`),
    ]);
  });

  it('of one family leaves the other alone; students have trials with the same teachers', () => {
    expect(ids({ arms: ['multi'], single: { grid } })).toEqual(['multi/all/seed-1']);
    const runs = plan({ arms: ['single-multi'], multi: { grid: { layerDecay: [0.9, 1] } } });
    const student = find(runs, 'single-multi@rate-0.0001-decay-1/all/seed-1');
    expect(student?.teachers).toEqual(find(runs, 'single-multi/all/seed-1')?.teachers);
    expect(student?.teachers).toEqual({ rte: ['single/rte/seed-1'], cola: ['single/cola/seed-1'] });
  });

  it('starts a trial from the multi-task model of its seed', () => {
    const runs = plan({ arms: ['multi-finetuned'], seeds: [1, 2], single: { grid: { layerDecay: [0.9, 1] } } });
    expect(find(runs, 'multi-finetuned@rate-0.00005-decay-1/rte/seed-1')?.initial).toBe('multi/all/seed-1');
  });
});
