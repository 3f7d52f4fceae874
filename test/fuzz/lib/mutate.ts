/** Ways to damage a file, each a function of the bytes and a seeded stream: bits and ranges of any file, the values of a JSON document. */
import type { Random } from '../../../src/util/random.js';

export type Mutate = (bytes: Buffer, random: Random) => Buffer;

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.integer(values.length)] as T;
}

/** One to three of the mutations, one after the other. */
export function several(...mutations: readonly Mutate[]): Mutate {
  return (bytes, random) => {
    let result = bytes;
    for (let left = 1 + random.integer(3); left > 0; left -= 1) result = pick(random, mutations)(result, random);
    return result;
  };
}

/** Lengths and counts at the borders of their types. */
const BORDERS = [0n, 1n, 2n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

const flipBit: Mutate = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const result = Buffer.from(bytes);
  const at = random.integer(bytes.length);
  result[at] = (bytes[at] as number) ^ (1 << random.integer(8));
  return result;
};

const setByte: Mutate = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const result = Buffer.from(bytes);
  result[random.integer(bytes.length)] = pick(random, [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22]);
  return result;
};

/** A number of 4 or 8 bytes, little-endian, that claims something at a border. */
const setNumber: Mutate = (bytes, random) => {
  const size = pick(random, [4, 8]);
  if (bytes.length < size) return bytes;
  const result = Buffer.from(bytes);
  const at = random.integer(bytes.length - size + 1);
  const value = pick(random, BORDERS);
  if (size === 4) result.writeUInt32LE(Number(BigInt.asUintN(32, value)), at);
  else result.writeBigUInt64LE(value, at);
  return result;
};

/** Start and end of some part, at times of length 0. */
function range(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = random.integer(bytes.length + 1);
  return [start, Math.min(bytes.length, start + random.integer(pick(random, [4, 64, 4096])))];
}

const cut: Mutate = (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1));

const remove: Mutate = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
};

const repeat: Mutate = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
};

const insertNoise: Mutate = (bytes, random) => {
  const noise = Buffer.from(Array.from({ length: 1 + random.integer(16) }, () => random.integer(256)));
  return insert(bytes, noise, random);
};

function insert(bytes: Buffer, part: Buffer, random: Random): Buffer {
  const at = random.integer(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

export const mutateBytes = several(flipBit, flipBit, setByte, setNumber, cut, remove, repeat, insertNoise);

/** What text files stumble over: quotes, separators, line ends of every kind, marks, zero width, halves of characters, very long lines. */
const TEXTS = [
  ...['"', '""', '"\n"', '\t', '\t\t\t', '\n', '\r', '\r\n', '\n\n', ',', '{', '}', '[', ']', '\\', '\u0000', '\ufeff', '\u2028', '\u200d'],
  ...['nan', '-0', '1e999', '99999999999999999999', 'Infinity', '0x10', '[SEP]', '[MASK]', '##', 'constructor', '__proto__', '   '],
].map((text) => Buffer.from(text));
const HALVES = [Buffer.from([0xe2, 0x82]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xff, 0xfe]), Buffer.from([0xc0, 0x80])];

const insertText: Mutate = (bytes, random) => insert(bytes, pick(random, [...TEXTS, ...HALVES]), random);
const insertLongLine: Mutate = (bytes, random) => insert(bytes, Buffer.alloc(pick(random, [1000, 70_000]), 'word '), random);

const swapLines: Mutate = (bytes, random) => {
  const lines = bytes.toString('latin1').split('\n');
  const [a, b] = [random.integer(lines.length), random.integer(lines.length)];
  [lines[a], lines[b]] = [lines[b] as string, lines[a] as string];
  return Buffer.from(lines.join('\n'), 'latin1');
};

export const mutateText = several(insertText, insertText, insertText, swapLines, insertLongLine, mutateBytes);

const DEEP = 20_000;
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 0.5, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e15, 1e308, -1e308],
  ...['', ' ', 'x', '0', '-1', '\u0000', '\ud800', '../x', '/etc/passwd', 'constructor', '__proto__', 'x'.repeat(5000)],
  ...[[], {}, [null], [[]], [-1], [2 ** 40, 2 ** 40], { '': null }, ['x', 'x'], Array.from({ length: 3000 }, () => 7)],
];
const KEYS = ['', '__proto__', 'constructor', 'toString', '__metadata__', '0', 'x'.repeat(300)];

interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

/** Every value below the root with its key; arrays count as owners too. */
function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesOf(owner[key])]);
}

/** Replaces, removes, renames or repeats one value. What is no JSON stays as it is. */
const mutateValue: Mutate = (bytes, random) => {
  const root = parse(bytes);
  const places = placesOf(root);
  if (places.length === 0) return Buffer.from(JSON.stringify(pick(random, VALUES)));
  const { owner, key } = pick(random, places);
  const value = owner[key];
  // Not by assignment: '__proto__' must become a key as it does in a file.
  const define = (name: string, content: unknown): unknown =>
    Object.defineProperty(owner, name, { value: content, enumerable: true, configurable: true, writable: true });
  switch (random.integer(5)) {
    case 0:
      delete owner[key];
      break;
    case 1:
      define(pick(random, KEYS), value);
      break;
    case 2:
      define(key, near(value, random));
      break;
    case 3:
      define(key, pick(random, places).owner);
      break;
    default:
      define(key, pick(random, VALUES));
  }
  return Buffer.from(stringify(root) ?? 'null');
};

/** The same kind of value, somewhat off. */
function near(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return pick(random, [value + 1, value - 1, value * 2, -value, value / 2, value * 2 ** 32]);
  if (typeof value === 'string') return pick(random, [value.toUpperCase(), value.slice(1), value + value, `${value}\u0000`]);
  return typeof value === 'boolean' ? !value : [value];
}

/** Undefined for a value that contains itself. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

/** Deeper than a recursive reader's stack. */
const nest: Mutate = (bytes, random) => {
  const text = bytes.toString('utf8');
  const colons = [...text.matchAll(/:/g)].map((match) => match.index);
  if (colons.length === 0) return bytes;
  const at = pick(random, colons) + 1;
  const rest = text.slice(at).replace(/^\s*("(\\.|[^"\\])*"|[\w.+-]+)/, '');
  return Buffer.from(`${text.slice(0, at)}${'['.repeat(DEEP)}${']'.repeat(DEEP)}${rest}`);
};

export const mutateJson: Mutate = (bytes, random) => {
  const kind = random.integer(40);
  if (kind === 0) return nest(bytes, random);
  return kind < 30 ? several(mutateValue)(bytes, random) : mutateText(bytes, random);
};
