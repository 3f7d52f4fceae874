/** Which of the finished runs become a student's teachers. */
import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { planRuns, type PlannedRun } from '../../src/experiment/arms.js';
import type { RunRecord } from '../../src/experiment/run-record.js';
import { sourcesOf } from '../../src/experiment/sources.js';
import { recordOf } from '../report/made-experiment.js';

const SEEDS = [7, 8, 9];
const ACCURACIES = [0.6, 0.8, 0.8];
const CANDIDATES = SEEDS.map((seed) => `single/rte/seed-${seed}`);

function teachersOf(teachers: NonNullable<ConfigInput['distillation']>['teachers'], missing?: string): string[] | null {
  const config = configSchema.parse({ tasks: ['rte'], seeds: SEEDS, arms: ['single', 'single-single'], distillation: { teachers } });
  const runs = planRuns(config);
  const student = { ...(runs.find(({ arm }) => arm === 'single-single') as PlannedRun), teachers: { rte: CANDIDATES } };
  const finished = runs.filter(({ arm, id }) => arm === 'single' && id !== missing);
  const records = new Map(
    finished.map((run): [string, RunRecord] => {
      const accuracy = ACCURACIES[SEEDS.indexOf(run.seed)] ?? NaN;
      return [run.id, { ...recordOf(run), scores: { rte: { accuracy } } }];
    }),
  );
  const sources = sourcesOf('out', student, records, () => 'accuracy');
  return sources?.teachers['rte']?.map(({ modelDir, hash }) => `${modelDir} ${hash}`) ?? null;
}

const named = (...seeds: number[]): string[] => seeds.map((seed) => `out/runs/single/rte/seed-${seed}/model single/rte/seed-${seed}`);

describe('sourcesOf', () => {
  it('takes as many of the candidates as there are to be teachers', () => {
    expect(teachersOf({ count: 1 })).toEqual(named(7));
    expect(teachersOf({ count: 2 })).toEqual(named(7, 8));
  });

  it('takes the best on dev, the earlier one of equals', () => {
    expect(teachersOf({ count: 1, choose: 'dev' })).toEqual(named(8));
    expect(teachersOf({ count: 2, choose: 'dev' })).toEqual(named(8, 9));
  });

  it('waits for every candidate', () => {
    expect(teachersOf({ count: 1, choose: 'dev' }, 'single/rte/seed-9')).toBeNull();
  });
});
