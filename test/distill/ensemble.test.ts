/** Means over teachers against numpy and scipy (test/fixtures/distill/make_distill.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TeacherEnsemble } from '../../src/distill/ensemble.js';

interface Case {
  readonly kind: 'classification' | 'regression';
  readonly temperature: number;
  /** [teachers, examples, outputs] */
  readonly outputs: readonly (readonly (readonly number[])[])[];
  /** [examples, outputs] */
  readonly targets: readonly (readonly number[])[];
}

const { ensembles } = JSON.parse(readFileSync(new URL('../fixtures/distill/distill.json', import.meta.url), 'utf8')) as {
  ensembles: Case[];
};

const teacher = (rows: readonly (readonly number[])[]) => ({
  width: rows[0]?.length ?? 0,
  logits: (index: number) => Float32Array.from(rows[index] ?? []),
});

describe('TeacherEnsemble', () => {
  it.each(ensembles)('is the mean of $kind teachers at temperature $temperature', ({ kind, temperature, outputs, targets }) => {
    const ensemble = new TeacherEnsemble(kind, outputs.map(teacher), temperature);
    targets.forEach((expected, index) => {
      ensemble.target(index).forEach((value, c) => expect(value).toBeCloseTo(expected[c] ?? NaN, 14));
    });
  });

  it('refuses teachers of different widths, and a regression of several outputs', () => {
    const error = (message: RegExp) =>
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) as string }) as Error;
    expect(() => new TeacherEnsemble('classification', [teacher([[1, 2, 3]]), teacher([[1, 2]])])).toThrowError(error(/not 3, 2/));
    expect(() => new TeacherEnsemble('regression', [teacher([[1, 2]])])).toThrowError(error(/one output, not 2/));
  });

  it('refuses no teachers, and a temperature that is not positive', () => {
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error;
    expect(() => new TeacherEnsemble('classification', [])).toThrowError(invalid);
    for (const temperature of [0, -1, NaN]) {
      expect(() => new TeacherEnsemble('classification', [teacher([[1, 2]])], temperature)).toThrowError(invalid);
    }
  });
});
