/** The average that stands for a model: which tasks it holds and which metrics stand for each. */
import { describe, expect, it } from 'vitest';
import { modelAverage, type ScoredSplits } from '../../src/metrics/index.js';
import { standingFor } from '../../src/metrics/average.js';
import { TASKS, taskByName } from '../../src/tasks/index.js';

/** docs/paper.md section 4: BERT-Large, single-task, from ELECTRA's Table 2, in percent; its average is printed as 84.0. */
const PUBLISHED = { cola: 60.6, sst2: 93.2, mrpc: 88.0, stsb: 90.0, qqp: 91.3, mnli: 86.6, qnli: 92.3, rte: 70.4 };

const bam = (tasks: Parameters<typeof modelAverage>[0], dev: ScoredSplits['dev']) => modelAverage(tasks, { dev, mismatched: {} }, 'bam');

describe('modelAverage', () => {
  const scores = Object.fromEntries(
    Object.entries(PUBLISHED).map(([name, percent]) => [name, { [taskByName(name).mainMetric]: percent / 100, f1: 0.123, pearson: 0.123 }]),
  );

  it("is the published row's average, WNLI and AX left out", () => {
    const all = { ...scores, wnli: { accuracy: 0.1 }, ax: { matthews: 0.1 } };
    expect(bam(TASKS, all)).toBeCloseTo(0.8405, 12);
    expect(bam(TASKS, scores)).toBeCloseTo(0.8405, 12);
  });

  it('is of the tasks given', () => {
    expect(bam([taskByName('rte'), taskByName('cola')], scores)).toBeCloseTo((0.704 + 0.606) / 2, 12);
    expect(bam([taskByName('wnli')], { wnli: { accuracy: 0.5 } })).toBeNull();
  });

  it('refuses a missing or NaN main score', () => {
    const rte = [taskByName('rte')];
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('rte has no accuracy') });
    expect(() => bam(rte, { cola: { matthews: 0.5 } })).toThrow(refusal);
    expect(() => bam(rte, { rte: { f1: 0.5 } })).toThrow(refusal);
    expect(() => bam(rte, { rte: { accuracy: NaN } })).toThrow(refusal);
  });

  it('refuses an average that it does not know', () => {
    expect(() => modelAverage(TASKS, { dev: scores, mismatched: {} }, 'toString' as 'bam')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: 'there is no average toString; known are bam, glue' }),
    );
  });

  it("is GLUE's with the means of both metrics, of both MNLI sets, and WNLI", () => {
    // Scores of no model; the mean is written out as GLUE's rules say.
    const dev = {
      cola: { matthews: 0.0 },
      sst2: { accuracy: 0.8 },
      mrpc: { f1: 0.815, accuracy: 0.734 },
      stsb: { pearson: 0.612, spearman: 0.587 },
      qqp: { f1: 0.514, accuracy: 0.791 },
      mnli: { accuracy: 0.56 },
      qnli: { accuracy: 0.721 },
      rte: { accuracy: 0.541 },
      wnli: { accuracy: 0.623 },
      ax: { matthews: 0.5 },
    };
    const mismatched = { mnli: { accuracy: 0.564 } };
    const expected =
      (0 + 0.8 + (0.815 + 0.734) / 2 + (0.612 + 0.587) / 2 + (0.514 + 0.791) / 2 + (0.56 + 0.564) / 2 + 0.721 + 0.541 + 0.623) / 9;
    expect(modelAverage(TASKS, { dev, mismatched }, 'glue')).toBeCloseTo(expected, 12);
    expect(modelAverage(TASKS, { dev, mismatched: {} }, 'glue')).toBeNull();
  });

  it('counts both sets of a task alike, however many metrics stand for it', () => {
    const table = { leftOut: [], metrics: { mnli: ['f1', 'accuracy'] }, bothSets: ['mnli'] } as const;
    const scores = { dev: { mnli: { f1: 0.4, accuracy: 0.6 } }, mismatched: { mnli: { f1: 0.7, accuracy: 0.9 } } };
    // (0.5 + 0.8) / 2; each metric of the second set beside the first set's mean would be (0.5 + 0.7 + 0.9) / 3 = 0.7.
    expect(standingFor(taskByName('mnli'), scores, table)).toBeCloseTo(0.65, 12);
  });
});
