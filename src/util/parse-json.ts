/** JSON from files that may be anything. */

/** No file read here comes near; functions that call themselves for each level, such as JSON.stringify, go on to some thousands. */
const MAX_DEPTH = 200;

/** As JSON.parse, which itself takes any depth; throws SyntaxError also for values nested deeper than other code can walk. */
export function parseJson(text: string): unknown {
  const root = JSON.parse(text) as unknown;
  let level = [root].filter(isObject);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new SyntaxError(`its values are nested more than ${MAX_DEPTH} levels deep`);
    level = level.flatMap((value) => Object.values(value).filter(isObject));
  }
  return root;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
