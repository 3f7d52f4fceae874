/** What the table says of its numbers beyond them: which differences stand, where there are too few seeds to tell, and which runs failed. */
import type { ArmTest } from '../experiment/arm-tests.js';
import type { ArmSummary } from '../experiment/summary.js';
import type { TaskDefinition } from '../tasks/index.js';
import type { SummaryRow } from './summary-rows.js';

const HIGHER = '▲';
const LOWER = '▼';
const TOO_FEW = '?';

/** The arm that the others are marked against: `single` where there is one, else the first. */
export function referenceArm(summary: readonly ArmSummary[]): string | null {
  const arms = summary.map(({ arm }) => arm);
  return arms.find((arm) => arm === 'single') ?? arms[0] ?? null;
}

/** Marks of the arms' cells, and the lines that explain them. */
export class Significance {
  private readonly own: readonly ArmTest[];
  /** Said once, then, and not in each cell. */
  private readonly nothingToTell: boolean;

  /** @param tests of all pairs of arms; those with the reference are shown */
  constructor(
    private readonly tests: readonly ArmTest[],
    private readonly reference: string | null,
  ) {
    this.own = tests.filter(({ a, b }) => a === reference || b === reference);
    this.nothingToTell = this.own.every(({ note }) => note !== null);
  }

  /** Of an arm's cell in a row (`SummaryRow.tested`); empty where there is nothing to say. */
  mark(tested: string | null, arm: string): string {
    const test = this.own.find((each) => each.task === tested && (each.a === arm || each.b === arm));
    if (test === undefined || arm === this.reference) return '';
    if (test.significant) return test.cliffsDelta > 0 === (test.a === arm) ? HIGHER : LOWER;
    return test.note === null || this.nothingToTell ? '' : TOO_FEW;
  }

  notes(): string[] {
    if (this.own.length === 0) return [];
    const how = `(Mann-Whitney U, Holm over ${this.tests.length} ${this.tests.length === 1 ? 'test' : 'tests'})`;
    if (this.nothingToTell) return [`Too few seeds to tell any arm from ${this.reference} ${how}.`];
    const tooFew = this.own.some(({ note }) => note !== null) ? [`${TOO_FEW} too few seeds to tell from ${this.reference}.`] : [];
    return [`${HIGHER} ${LOWER} higher or lower than ${this.reference}, adjusted p < .05 ${how}.`, ...tooFew];
  }
}

/** With a mark where the average is without it. */
export function markedTitle({ title, averaged }: SummaryRow): string {
  return averaged ? title : `${title} *`;
}

/** What that mark says, where there is one. */
export function averageNotes(tasks: readonly SummaryRow[]): string[] {
  return tasks.some(({ averaged }) => !averaged) ? ['* not in the average.'] : [];
}

/** Null where no run failed. */
export function failedNote(summary: readonly ArmSummary[], tasks: readonly TaskDefinition[], policy: 'keep' | 'drop'): string | null {
  const lists = tasks.flatMap(({ name, title }) => {
    const arms = summary.filter(({ failed }) => name in failed).map(({ arm, n, failed }) => `${arm} ${failed[name]} of ${n}`);
    return arms.length === 0 ? [] : [`${title} ${arms.join(', ')}`];
  });
  if (lists.length === 0) return null;
  return `Failed runs (one answer to everything, or at most the commonest class's score), ${policy === 'keep' ? 'kept' : 'left out'}: ${lists.join('; ')}.`;
}
