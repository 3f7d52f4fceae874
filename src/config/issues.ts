/** What the schema found wrong, one line per problem: key path, what is expected, what was given, the nearest key where one is unknown. */
import type { z } from 'zod';
import { isPlainObject, type PlainObject } from './merge.js';
import { keysBeside, nearestKeyPaths } from './unknown-keys.js';

type Issue = z.core.$ZodIssue;

const SHOWN_LENGTH = 60;

/** A line for each issue found in `values`; an object with two unknown keys is one issue and two lines. */
export function describeIssues(issues: readonly Issue[], values: PlainObject): string[] {
  return issues.flatMap((issue) => describeIssue(issue, values));
}

function describeIssue(issue: Issue, values: PlainObject): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key].join('.')));
  const path = issue.path.join('.');
  // Of a record's key, the name itself is what was given.
  const given = show(issue.code === 'invalid_key' ? issue.path.at(-1) : valueAt(values, issue.path));
  return [`${path === '' ? 'the whole configuration' : path}: ${expectation(issue)}, got ${given}${listHint(issue, path)}`];
}

function unknownKey(path: string): string {
  const near = nearestKeyPaths(path);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the keys here are ${keysBeside(path).join(', ')}`;
  return `${path}: unknown key; ${hint}`;
}

/** zod's sentence without its opening, which the path replaces: `Too small: expected number to be >0` → `expected number to be >0`. */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'invalid_key') return issue.issues.map(expectation).join('; ');
  return issue.message.replace(/^[A-Z][a-z ]+: /, '');
}

function listHint(issue: Issue, path: string): string {
  if (issue.code !== 'invalid_type' || issue.expected !== 'array') return '';
  return `; a list is written as JSON: --set '${path}=[…]'`;
}

function valueAt(values: PlainObject, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isPlainObject(value) ? value[String(key)] : undefined;
  }, values);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
