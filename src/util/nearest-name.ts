/** Names to propose for a misspelt one. Where none is near enough to be meant, none is proposed: a wrong guess misleads. */
import { distance } from 'fastest-levenshtein';

/** The command line's own limits (commander): a name further away is another name. */
const MAX_EDITS = 3;
const MIN_SIMILARITY = 0.4;

/** How many edits of one letter apart two names are, whatever their case; null where they are too far apart for one to be meant by the other. */
export function editsApart(name: string, other: string): number | null {
  const edits = distance(name.toLowerCase(), other.toLowerCase());
  const length = Math.max(name.length, other.length);
  return edits <= MAX_EDITS && length - edits > MIN_SIMILARITY * length ? edits : null;
}

/** The known name that is nearest, the first of several; null where none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const near = known.map((candidate) => ({ candidate, edits: editsApart(name, candidate) ?? Infinity }));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  return near.find(({ edits }) => edits === fewest && edits < Infinity)?.candidate ?? null;
}

/** What ends the sentence that a name is unknown: `; did you mean 'text'?`, or a full stop where no name is near. */
export function didYouMean(nearest: string | null): string {
  return nearest === null ? '.' : `; did you mean '${nearest}'?`;
}
