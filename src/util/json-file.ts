/** Small JSON files: checked against a schema, and where this project writes them, replaced whole. */
import { z } from 'zod';
import { writeFileAtomic } from './atomic-file.js';
import { BornAgainError, type ErrorCode } from './errors.js';
import { readTextIfThere } from './if-there.js';
import { parseJson } from './parse-json.js';

/**
 * Null where there is no such file.
 * @param remedy what the reader of the message can do about a malformed file
 * @throws BornAgainError `code` when it is no JSON or not what `schema` says, ERR_IO when it cannot be read
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, code: ErrorCode, remedy: string): Promise<T | null> {
  const text = await readTextIfThere(path);
  return text === null ? null : parseJsonFile(path, text, schema, code, remedy);
}

/** As `readJsonFile`, for a file whose text has been read. */
export function parseJsonFile<T>(path: string, text: string, schema: z.ZodType<T>, code: ErrorCode, remedy: string): T {
  try {
    return schema.parse(parseJson(text));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BornAgainError(code, `${path} is malformed: ${what}. ${remedy}`, { path }, { cause });
  }
}

export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value, null, 2) + '\n');
}
