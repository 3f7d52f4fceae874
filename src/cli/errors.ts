/** What a failed command prints and the code it exits with. Programs read `code`; people read the message, which says how to mend it. */
import { CommanderError } from 'commander';
import { BornAgainError, type ErrorCode } from '../util/errors.js';

export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130, brokenPipe: 141 } as const;

/** Mistakes in how the command was called, as opposed to failures while it worked: the same call would fail again. */
const USAGE_CODES: readonly ErrorCode[] = ['ERR_USAGE', 'ERR_CONFIG', 'ERR_UNKNOWN_TASK', 'ERR_OUTPUT_FOLDER'];

/** Commander throws these for `--help` and `--version` too, with exit code 0. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof BornAgainError)) return EXIT.failure;
  if (error.code === 'ERR_CANCELLED') return EXIT.interrupted;
  return USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failure;
}

/** The lines for stderr; null where commander has printed its own already. */
export function describeError(error: unknown): string | null {
  if (error instanceof CommanderError) return null;
  if (error instanceof BornAgainError) return error.code === 'ERR_CANCELLED' ? error.message : `error: ${error.message}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: unexpected failure inside bornagain\n${stack}\nThis is a bug: please report it with the lines above and the output of 'bornagain doctor'.`;
}

/** The same for `--json`: one object on stdout, where the command has printed none. */
export function errorAsJson(error: unknown): { error: { code: string; message: string; details: unknown } } {
  if (error instanceof BornAgainError) return { error: { code: error.code, message: error.message, details: error.details } };
  const message = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
  return { error: { code: error instanceof CommanderError ? 'ERR_USAGE' : 'ERR_UNEXPECTED', message, details: {} } };
}
