/** Keys that stand twice in one object of a JSON text. JSON.parse takes the last of them without a word, and its reviver sees no other. */

export interface DuplicateKey {
  /** `customTasks.reviews`; a list's items count from 0. */
  readonly path: string;
  /** Lines of the first and of the one that repeats it, from 1. */
  readonly lines: readonly [number, number];
}

/** What is not one of these has no say in where a key stands: white space, commas, numbers, true, false, null. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

interface Level {
  /** Line of each key so far; null in a list. */
  readonly keys: Map<string, number> | null;
  /** The key whose value is read, or its place in the list. */
  at: string | number;
  /** In an object: whether the next string is a key. */
  awaitsKey: boolean;
}

/** The first of them; null where there is none. @param text that JSON.parse has taken */
export function duplicateKey(text: string): DuplicateKey | null {
  const levels: Level[] = [];
  let [line, counted] = [1, 0];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Map(), at: '', awaitsKey: true });
    else if (token === '[') levels.push({ keys: null, at: 0, awaitsKey: false });
    else if (token === '}' || token === ']') levels.pop();
    else if (level !== undefined && token === ',') next(level);
    else if (level !== undefined && level.keys !== null && level.awaitsKey) {
      line += text.slice(counted, index).split('\n').length - 1;
      counted = index;
      // Escapes are read: "a" and "\u0061" are one key.
      level.at = JSON.parse(token) as string;
      level.awaitsKey = false;
      const first = level.keys.get(level.at);
      if (first !== undefined) return { path: levels.map(({ at }) => at).join('.'), lines: [first, line] };
      level.keys.set(level.at, line);
    }
  }
  return null;
}

/** After a comma. */
function next(level: Level): void {
  if (typeof level.at === 'number') level.at += 1;
  else level.awaitsKey = true;
}
