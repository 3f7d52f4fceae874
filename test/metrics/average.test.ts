/** The GLUE average: which tasks it holds and which metric stands for each. */
import { describe, expect, it } from 'vitest';
import { glueAverage } from '../../src/metrics/index.js';
import { TASKS, taskByName } from '../../src/tasks/index.js';

/** PAPER.md section 4: BERT-Large, single-task, from ELECTRA's Table 2, in percent; its average is printed as 84.0. */
const PUBLISHED = { cola: 60.6, sst2: 93.2, mrpc: 88.0, stsb: 90.0, qqp: 91.3, mnli: 86.6, qnli: 92.3, rte: 70.4 };

describe('glueAverage', () => {
  const scores = Object.fromEntries(
    Object.entries(PUBLISHED).map(([name, percent]) => [name, { [taskByName(name).mainMetric]: percent / 100, f1: 0.123, pearson: 0.123 }]),
  );

  it("is the published row's average, WNLI and AX left out", () => {
    const all = { ...scores, wnli: { accuracy: 0.1 }, ax: { matthews: 0.1 } };
    expect(glueAverage(TASKS, all)).toBeCloseTo(0.8405, 12);
    expect(glueAverage(TASKS, scores)).toBeCloseTo(0.8405, 12);
  });

  it('is of the tasks given', () => {
    expect(glueAverage([taskByName('rte'), taskByName('cola')], scores)).toBeCloseTo((0.704 + 0.606) / 2, 12);
    expect(glueAverage([taskByName('wnli')], { wnli: { accuracy: 0.5 } })).toBeNull();
  });

  it('refuses a missing or NaN main score', () => {
    const rte = [taskByName('rte')];
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('rte has no accuracy') });
    expect(() => glueAverage(rte, { cola: { matthews: 0.5 } })).toThrow(refusal);
    expect(() => glueAverage(rte, { rte: { f1: 0.5 } })).toThrow(refusal);
    expect(() => glueAverage(rte, { rte: { accuracy: NaN } })).toThrow(refusal);
  });
});
