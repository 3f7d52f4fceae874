/** The metrics against scikit-learn and scipy (test/fixtures/metrics), and on the inputs where they are undefined. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/config/metrics.js';
import { METRIC_NAMES, score, scoreTask } from '../../src/metrics/index.js';
import type { MetricName } from '../../src/metrics/index.js';

interface Case {
  readonly name: string;
  readonly predictions: readonly number[];
  readonly gold: readonly number[];
  readonly expected: Readonly<Partial<Record<MetricName, number>>>;
}

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/metrics/metrics.json', import.meta.url), 'utf8')) as { cases: Case[] };
const TOLERANCE = 1e-12;

describe('against scikit-learn and scipy', () => {
  it.each(cases)('$name', ({ predictions, gold, expected }) => {
    const metrics = Object.keys(expected) as MetricName[];
    expect(metrics.length).toBeGreaterThan(1);
    const { scores } = scoreTask(metrics, predictions, gold);
    for (const metric of metrics) {
      // Relative for a squared error, which may be large; every other score lies in [-1, 1].
      const size = Math.max(1, Math.abs(expected[metric] ?? NaN));
      const difference = Math.abs((scores[metric] ?? NaN) - (expected[metric] ?? NaN)) / size;
      expect(difference, `${metric}: ${scores[metric]} for ${expected[metric]}`).toBeLessThan(TOLERANCE);
    }
  });

  it('tells a correlation of values that are large beside their spread', () => {
    // Of two orders of 1 to 7, Σd² = 6: r = 1 - 6 · 6 / (7 · (7² - 1)) = 25/28, wherever the numbers begin.
    const one = [1, 2, 3, 4, 5, 6, 7];
    const other = [2, 1, 4, 3, 6, 5, 7];
    for (const start of [0, 1e12, 1e15]) {
      const far = one.map((value) => start + value);
      expect(score('pearson', far, other).value, `from ${start}`).toBeCloseTo(25 / 28, 12);
      expect(score('pearson', other, far).value, `from ${start}`).toBeCloseTo(25 / 28, 12);
    }
  });

  it('takes typed arrays', () => {
    expect(score('accuracy', Int32Array.of(0, 1, 2, 2), Float32Array.of(0, 1, 2, 0)).value).toBe(0.75);
    expect(score('spearman', Float32Array.of(0.1, 0.5, 0.2), Float64Array.of(1, 3, 2)).value).toBeCloseTo(1, 12);
  });
});

describe('where a score is undefined', () => {
  const every = METRIC_NAMES;
  const worst = (metric: MetricName): number => METRICS[metric].undefinedValue;

  it('of an error is not 0, which is its best', () => {
    expect(score('mse', [], []).value).toBe(1);
    expect(every.filter((metric) => METRICS[metric].lessIsBetter && worst(metric) === 0)).toEqual([]);
  });

  it.each(every)('%s of no example is the worst score, with a warning', (metric) => {
    const value = worst(metric);
    expect(score(metric, [], [])).toEqual({ value, warning: `${metric} is undefined: there is no example; ${value} is given` });
  });

  it.each(every)('%s of NaN or infinite predictions is the worst score, with a warning', (metric) => {
    expect(score(metric, [1, NaN, 0, -Infinity], [1, 0, 1, 0])).toEqual({
      value: worst(metric),
      warning: `${metric} is undefined: 2 of 4 predictions are not finite; ${worst(metric)} is given`,
    });
  });

  it.each(every)('%s refuses a split without labels', (metric) => {
    expect(() => score(metric, [1, 0], [NaN, NaN])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('2 of 2 gold labels are missing') }),
    );
  });

  it.each(every)('%s refuses unequal lengths', (metric) => {
    expect(() => score(metric, [1, 0], [1])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each(['bleu', 'toString'])('refuses the unknown metric %s, of no example too', (name) => {
    const unknown = expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: `there is no metric ${name}; known are ${METRIC_NAMES.join(', ')}`,
    }) as Error;
    expect(() => score(name as MetricName, [1], [1])).toThrow(unknown);
    expect(() => scoreTask([name as MetricName], [], [])).toThrow(unknown);
  });

  it('mse beyond the largest number, while a correlation of such values is still right', () => {
    expect(score('mse', [1e160, 0], [0, 1])).toMatchObject({ value: 1, warning: expect.stringContaining('beyond the largest number') });
    expect(score('pearson', [1e300, -1e300, 2e300], [1, -1, 2]).value).toBeCloseTo(1, 12);
  });

  it('f1 without a positive', () => {
    expect(score('f1', [0, 0], [0, 0])).toMatchObject({ value: 0, warning: expect.stringContaining('positive class') });
    expect(score('f1', [0, 0], [0, 1])).toEqual({ value: 0 });
  });

  it('f1 refuses a third class', () => {
    expect(() => score('f1', [0, 2], [0, 1])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', details: { row: 1, value: 2 } }),
    );
  });

  it('matthews with one class', () => {
    expect(score('matthews', [1, 1, 1], [0, 1, 0])).toMatchObject({ value: 0, warning: expect.stringContaining('all predictions') });
    expect(score('matthews', [0, 1, 0], [1, 1, 1])).toMatchObject({ value: 0, warning: expect.stringContaining('all gold labels') });
  });

  it.each(['pearson', 'spearman'] as const)('%s with a constant, one example included', (metric) => {
    const tenths = Array.from({ length: 10 }, () => 0.1);
    const rising = Array.from({ length: 10 }, (_, i) => i);
    expect(score(metric, tenths, rising)).toMatchObject({ value: 0, warning: expect.stringContaining('all predictions are equal') });
    expect(score(metric, rising, tenths)).toMatchObject({ value: 0, warning: expect.stringContaining('all gold labels are equal') });
    expect(score(metric, [0.3], [0.4])).toMatchObject({ value: 0, warning: expect.stringContaining('1 of them') });
  });

  it('scoreTask keeps the scores that are defined and lists the warnings of the others', () => {
    const { scores, warnings } = scoreTask(['f1', 'accuracy', 'matthews'], [1, 1], [1, 1]);
    expect(scores).toEqual({ f1: 1, accuracy: 1, matthews: 0 });
    expect(warnings).toEqual([expect.stringContaining('matthews is undefined')]);
  });
});
