/** How far one arm is from another, task by task: who gains from sharing and who is hurt, and what a left-out part cost. */
import { median } from 'simple-statistics';
import { medianInterval, type Interval } from '../../statistics/index.js';
import type { ArmScores, ScoreRow } from './scores.js';

/** Of fewer pairs the whole range would stand for an interval. */
const PAIRS_FOR_AN_INTERVAL = 5;

export interface Difference {
  /** A row's key: a task or the average. */
  readonly key: string;
  readonly title: string;
  readonly arm: string;
  readonly series: number;
  /** The arm that it is compared with. */
  readonly base: string;
  /** Arm's median minus the base's, as the paper gives differences. */
  readonly ofMedians: number;
  /** Seeds that both have. */
  readonly pairs: number;
  /** Median of the differences seed by seed; null without common seeds. */
  readonly paired: number | null;
  /** Its bootstrap interval; null with too few pairs. */
  readonly interval: Interval | null;
}

/** One entry for each row in which both arms have scores. */
export function differences(rows: readonly ScoreRow[], arm: string, base: string): Difference[] {
  return rows.flatMap((row) => {
    const [own, other] = [arm, base].map((name) => row.arms.find((each) => each.arm === name));
    return own === undefined || other === undefined ? [] : [differenceOf(row, own, other)];
  });
}

function differenceOf({ key, title }: ScoreRow, own: ArmScores, base: ArmScores): Difference {
  const pairs = own.seeds.flatMap(({ seed, score }) => {
    const other = base.seeds.find((each) => each.seed === seed);
    return other === undefined ? [] : [score - other.score];
  });
  return {
    key,
    title,
    arm: own.arm,
    series: own.series,
    base: base.arm,
    ofMedians: own.spread.median - base.spread.median,
    pairs: pairs.length,
    paired: pairs.length === 0 ? null : median(pairs),
    interval: pairs.length < PAIRS_FOR_AN_INTERVAL ? null : medianInterval(pairs),
  };
}
