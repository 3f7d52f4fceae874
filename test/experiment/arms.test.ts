import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { planRuns } from '../../src/experiment/arms.js';

const ids = (input: object): string[] => planRuns(configSchema.parse(input)).map((run) => run.id);

describe('planRuns', () => {
  it('trains each single model once, teachers before students', () => {
    expect(ids({ tasks: ['rte', 'cola'], seeds: [4, 2], arms: ['single-multi', 'single', 'multi'] })).toEqual([
      'single/rte/seed-4',
      'single/cola/seed-4',
      'single/rte/seed-2',
      'single/cola/seed-2',
      'multi/all/seed-4',
      'multi/all/seed-2',
      'single-multi/all/seed-4',
      'single-multi/all/seed-2',
    ]);
  });

  it('trains teachers of the first seed only when no arm asks for single models', () => {
    expect(ids({ tasks: ['rte', 'cola'], seeds: [1, 2], arms: ['single-multi'] })).toEqual([
      'single/rte/seed-1',
      'single/cola/seed-1',
      'single-multi/all/seed-1',
      'single-multi/all/seed-2',
    ]);
  });

  it('teaches every seed by the single models of the first', () => {
    const students = planRuns(configSchema.parse({ tasks: ['rte', 'cola'], seeds: [3, 5] })).filter((run) => run.kind === 'distilled');
    for (const student of students) expect(student.teachers).toEqual({ rte: 'single/rte/seed-3', cola: 'single/cola/seed-3' });
    expect(students.map((run) => run.seed)).toEqual([3, 5]);
  });

  it('gives undistilled runs no teachers', () => {
    for (const run of planRuns(configSchema.parse({ tasks: ['rte'], arms: ['single', 'multi'] }))) expect(run.teachers).toEqual({});
  });
});
