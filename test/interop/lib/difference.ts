/** How far two results are apart. */

export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum);
}

/** The Euclidean norm of the difference over that of the expected values; infinite where the lengths differ. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  const difference = norm(Float64Array.from(expected, (value, i) => (actual[i] as number) - value));
  return difference === 0 ? 0 : difference / norm(expected);
}

/** The largest of many differences, and whose it is. NaN counts as the largest. */
export class Largest {
  cases = 0;
  difference = 0;
  worst = '';

  add(difference: number, name: string): void {
    this.cases += 1;
    if (Number.isNaN(this.difference) || difference <= this.difference) return;
    this.difference = difference;
    this.worst = name;
  }

  /** As a row of the table. */
  finding(what: string, bound: number): { what: string; cases: number; difference: number; bound: number; worst: string } {
    return { what, cases: this.cases, difference: this.difference, bound, worst: this.worst };
  }
}
