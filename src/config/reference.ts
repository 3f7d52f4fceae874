/** What each key of the configuration is, taken from the schema. `bornagain run --help` and docs/configuration.md print it. */
import { isPlainObject, type PlainObject } from './merge.js';
import { configJsonSchema } from './unknown-keys.js';

export interface KeyReference {
  /** `multi.epochs`; a key of a record's entries is `variants.<name>.arm`. */
  readonly path: string;
  /** Undefined where there is none. */
  readonly default: unknown;
  /** Whether a value must be given. */
  readonly required: boolean;
  /** What it takes, in words. */
  readonly values: string;
  /** Its description in the schema, or else its group's. */
  readonly meaning: string;
}

/** Every key that has a value, in the schema's order. */
export function keyReference(): KeyReference[] {
  return keysBelow(configJsonSchema(), '', '');
}

function keysBelow(schema: unknown, prefix: string, groupMeaning: string): KeyReference[] {
  if (!isPlainObject(schema) || !isPlainObject(schema['properties'])) return [];
  return Object.entries(schema['properties']).flatMap(([key, property]) => {
    if (!isPlainObject(property)) return [];
    const path = `${prefix}${key}`;
    const meaning = typeof property['description'] === 'string' ? property['description'] : groupMeaning;
    if (isPlainObject(property['properties'])) return keysBelow(property, `${path}.`, meaning);
    const required = list(schema['required']).includes(key);
    const own = { path, default: property['default'], required, values: valuesOf(property), meaning };
    return [own, ...keysBelow(property['additionalProperties'], `${path}.<name>.`, meaning)];
  });
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `mean, sum`; `number from 0 to 1`; `list of: whole number from 0`. */
function valuesOf(schema: unknown): string {
  if (!isPlainObject(schema)) return '';
  const { type, enum: names, const: only, anyOf, prefixItems, items } = schema;
  if (names !== undefined) return list(names).join(', ');
  if (only !== undefined) return text(only);
  if (anyOf !== undefined) return list(anyOf).map(valuesOf).join(' or ');
  if (prefixItems !== undefined) return `[${list(prefixItems).map(valuesOf).join(', ')}]`;
  if (Array.isArray(type))
    return list(type)
      .map((one) => valuesOf({ type: one }))
      .join(' or ');
  switch (type) {
    case 'array':
      return `list of: ${valuesOf(items)}`;
    case 'boolean':
      return 'true, false';
    case 'integer':
      return `whole number${boundsOf(schema['exclusiveMinimum'] === 0 ? { ...schema, exclusiveMinimum: undefined, minimum: 1 } : schema)}`;
    case 'number':
      return `number${boundsOf(schema)}`;
    case 'object':
      return 'an object for each name';
    case 'string':
      return 'text';
    default:
      return text(type);
  }
}

function boundsOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: PlainObject): string {
  // Zod's whole numbers end where they cease to be exact.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const bounds = { from: minimum, above: exclusiveMinimum, to: most, 'to below': exclusiveMaximum };
  return Object.entries(bounds)
    .map(([word, bound]) => (bound === undefined ? '' : ` ${word} ${text(bound)}`))
    .join('');
}
