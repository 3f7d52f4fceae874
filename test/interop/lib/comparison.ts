/** What a comparison is: a file of test/interop that exports one of these as `comparison`. */
import type { Peer } from './peer.js';

/** One row of the table; it passes when the difference is not above the bound. */
export interface Finding {
  /** What was compared with what: `hidden states of every layer, MiniLM, against Transformers`. */
  readonly what: string;
  /** How many cases were compared: inputs, parameters, files. */
  readonly cases: number;
  /** The largest one; where equality is asked, the number of cases that are not equal. NaN and infinity fail. */
  readonly difference: number;
  /** 0 where equality is asked. */
  readonly bound: number;
  /** Named when it fails: the worst case, or the first that differs. */
  readonly worst?: string;
}

export interface Comparison {
  /** In a few words, printed while it runs. */
  readonly what: string;
  run(peer: Peer): Promise<readonly Finding[]>;
}

export function passes({ difference, bound, cases }: Finding): boolean {
  return cases > 0 && difference <= bound;
}
