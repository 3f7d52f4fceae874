/** Which keys the configuration has, and the nearest of them to a misspelt one. A key's path is dotted: `multi.epochs`. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { isPlainObject } from './merge.js';
import { configSchema } from './schema.js';

/** JSON Schema of a configuration file: every key optional, with its default and meaning. For editors and for docs. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/** Every group and every value, in the schema's order: `single`, `single.epochs`, … */
export function configKeyPaths(): string[] {
  return pathsBelow(configJsonSchema(), []);
}

function pathsBelow(schema: unknown, prefix: readonly string[]): string[] {
  if (!isPlainObject(schema) || !isPlainObject(schema['properties'])) return [];
  return Object.entries(schema['properties']).flatMap(([key, property]) => {
    const path = [...prefix, key];
    return [path.join('.'), ...pathsBelow(property, path)];
  });
}

/** The keys of one entry of a record, whose name the path gives: `customTasks.reviews.labels`, … Empty where the path leads to none. */
function entryKeyPaths([key = '', name, ...rest]: readonly string[]): string[] {
  const { properties } = configJsonSchema();
  const record = isPlainObject(properties) ? properties[key] : undefined;
  if (name === undefined || rest.length === 0 || !isPlainObject(record)) return [];
  return pathsBelow(record['additionalProperties'], [key, name]);
}

/**
 * The known paths nearest to `path`; several where they tie, so that `epochs` names both `single.epochs` and `multi.epochs`. A path is
 * compared as a whole and by its last part alone: a right name in the wrong group is the commonest slip.
 */
export function nearestKeyPaths(
  path: string,
  known: readonly string[] = [...configKeyPaths(), ...entryKeyPaths(path.split('.'))],
): string[] {
  const scored = known.map((candidate) => ({
    candidate,
    edits: Math.min(distance(path, candidate), distance(lastPart(path), lastPart(candidate)) + 0.5),
  }));
  const fewest = Math.min(...scored.map(({ edits }) => edits));
  return scored.filter(({ edits }) => edits === fewest).map(({ candidate }) => candidate);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
