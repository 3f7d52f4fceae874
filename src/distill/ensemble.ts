/**
 * What the teachers of a task say of an example. Classification: the mean of their distributions, softmax(logits / temperature); the
 * paper has one teacher at temperature 1. Regression: the mean of their scalars, taken raw: the reference neither clamps a teacher's
 * scalar nor puts a sigmoid on it here (docs/paper.md section 3.4).
 */
import type { TaskKind } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import { softmax } from './softmax.js';

/** One teacher's stored outputs (`TeacherOutputs` is one). */
export interface TeacherLogits {
  /** Outputs per example. */
  readonly width: number;
  /** Of the dataset's example `index`: [width] */
  logits(index: number): Float32Array;
}

export class TeacherEnsemble {
  /** @throws BornAgainError ERR_INVALID_ARGUMENT without teachers, for teachers of several widths, or a temperature that is not positive */
  constructor(
    private readonly kind: TaskKind,
    readonly teachers: readonly TeacherLogits[],
    private readonly temperature = 1,
  ) {
    if (teachers.length === 0) throw new BornAgainError('ERR_INVALID_ARGUMENT', 'an ensemble needs at least one teacher');
    const widths = new Set(teachers.map(({ width }) => width));
    if (widths.size > 1) {
      const message = `the teachers of an ensemble must have equally many outputs, not ${[...widths].join(', ')}; have they the same labels?`;
      throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { widths: teachers.map(({ width }) => width) });
    }
    if (kind === 'regression' && !widths.has(1))
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `a teacher of a regression has one output, not ${teachers[0]?.width}`);
    if (!(temperature > 0)) throw new BornAgainError('ERR_INVALID_ARGUMENT', `the temperature must be positive, not ${temperature}`);
  }

  /** Of the dataset's example `index`: a distribution [classes], or one scalar. */
  target(index: number): Float64Array {
    const sum = new Float64Array(this.teachers[0]?.width ?? 0);
    for (const teacher of this.teachers) this.own(teacher, index).forEach((value, c) => (sum[c] = (sum[c] ?? 0) + value));
    return sum.map((value) => value / this.teachers.length);
  }

  private own(teacher: TeacherLogits, index: number): Float64Array {
    const outputs = teacher.logits(index);
    return this.kind === 'regression' ? Float64Array.from(outputs) : softmax(outputs, this.temperature);
  }
}
