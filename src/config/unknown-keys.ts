/** Which keys the configuration has, and the nearest of them to a misspelt one. A key's path is dotted: `multi.epochs`. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { editsApart } from '../util/nearest-name.js';
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

/** The keys of one entry of a record, whose name the path gives: `customTasks.reviews.labels`, …; null where the path leads into none. */
function entryKeyPaths([key = '', name, ...rest]: readonly string[]): string[] | null {
  const { properties } = configJsonSchema();
  const record = isPlainObject(properties) ? properties[key] : undefined;
  if (name === undefined || rest.length === 0 || !isPlainObject(record)) return null;
  const paths = pathsBelow(record['additionalProperties'], [key, name]);
  return paths.length === 0 ? null : paths;
}

/**
 * The known paths nearest to `path`; several where they tie, so that `epochs` names both `single.epochs` and `multi.epochs`; empty where
 * none is near. A path is compared as a whole and by its last part alone: a right name in the wrong group is the commonest slip. What is
 * said of a task or a variant has only that entry's keys to be meant by.
 */
export function nearestKeyPaths(path: string): string[] {
  const known = entryKeyPaths(path.split('.')) ?? configKeyPaths();
  const near = known.flatMap((candidate) => {
    if (withoutDots(path) === withoutDots(candidate)) return [{ candidate, edits: 0 }];
    const edits = editsApart(lastPart(path), lastPart(candidate));
    return edits === null ? [] : [{ candidate, edits: Math.min(distance(path, candidate), edits + 0.5) }];
  });
  const fewest = Math.min(...near.map(({ edits }) => edits));
  return near.filter(({ edits }) => edits === fewest).map(({ candidate }) => candidate);
}

/** The keys that stand where `path` is, by their last part, in the schema's order. */
export function keysBeside(path: string): string[] {
  const parts = path.split('.');
  const beside = (entryKeyPaths(parts) ?? configKeyPaths()).filter((known) => {
    const other = known.split('.');
    return other.length === parts.length && other.slice(0, -1).join('.') === parts.slice(0, -1).join('.');
  });
  return beside.map(lastPart);
}

function withoutDots(path: string): string {
  return path.replaceAll('.', '');
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
