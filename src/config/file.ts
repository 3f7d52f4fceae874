/** A configuration file: one JSON object, UTF-8; of a results.json, its `config`. What it may hold is the schema's business. */
import { readFileSync } from 'node:fs';
import { BornAgainError } from '../util/errors.js';
import { duplicateKey } from './duplicate-keys.js';
import { isPlainObject, type PlainObject } from './merge.js';
import { parseJson } from '../util/parse-json.js';

/**
 * @throws BornAgainError ERR_CONFIG where the file cannot be read or is no JSON object, with line and column where JSON breaks, and for a key
 * that stands twice
 */
export function readConfigFile(file: string): PlainObject {
  const text = readText(file);
  const values = parseValues(file, text);
  requireKeysOnce(file, text);
  if (isPlainObject(values)) return configOfResults(values) ?? values;
  throw new BornAgainError('ERR_CONFIG', `${file}: expected a JSON object like { "multi": { "epochs": 3 } }`, { file });
}

/** The `config` of a whole results.json, whose other keys are no configuration's; null for any other object. */
function configOfResults({ config, runs }: PlainObject): PlainObject | null {
  return isPlainObject(config) && Array.isArray(runs) ? config : null;
}

/** Byte order marks of UTF-16, which some editors and shells write. */
const UTF16_MARKS = ['fffe', 'feff'];

function readText(file: string): string {
  const bytes = attempt(file, () => readFileSync(file));
  if (UTF16_MARKS.includes(bytes.subarray(0, 2).toString('hex'))) {
    throw new BornAgainError('ERR_CONFIG', `${file}: the file looks like UTF-16; convert it to UTF-8`, { file });
  }
  return attempt(file, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new BornAgainError('ERR_CONFIG', `cannot read the configuration file ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
}

function parseValues(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\s+/g, ' ');
    const hint = /\.ya?ml$/i.test(file) ? '. A configuration is read as JSON only, not as YAML' : '';
    throw new BornAgainError('ERR_CONFIG', `${file}${placeOf(reason, text)}: this is no JSON: ${reason}${hint}`, { file }, { cause });
  }
}

function requireKeysOnce(file: string, text: string): void {
  const duplicate = duplicateKey(text);
  if (duplicate === null) return;
  const { path, lines } = duplicate;
  const message = `${file}:${lines[1]}: the key ${path} stands here a second time, after line ${lines[0]}; only one of the two can count: remove or rename the other`;
  throw new BornAgainError('ERR_CONFIG', message, { file, line: lines[1], path });
}

/** Line and column where V8 names a character position. In a short file it quotes the text around the mistake instead. */
function placeOf(reason: string, text: string): string {
  const position = /end of JSON input/.test(reason) ? text.length : /at position (\d+)/.exec(reason)?.[1];
  if (position === undefined) return '';
  const lines = text.slice(0, Number(position)).split('\n');
  return `:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}
