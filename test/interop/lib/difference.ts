/** How far two results are apart. */

/** The Euclidean norm of the difference over that of the expected values; infinite where the lengths differ. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i += 1) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
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
