/** How the setup scripts speak: one line when something starts, one with its time when it is done, one plain message when it cannot go on. */
import { spawnSync } from 'node:child_process';
import os from 'node:os';

/** A problem that the person can mend: printed as its message, without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * Runs `work`, which may be asynchronous, between "title …" and "done in 3.2 s".
 * @template T
 * @param {string} title
 * @param {() => T} work
 * @returns {T}
 */
export function timed(title, work) {
  say(`${title} …`);
  const start = process.hrtime.bigint();
  const done = () => say(`  done in ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(1)} s`);
  const result = work();
  if (result instanceof Promise) return /** @type {T} */ (result.finally(done));
  done();
  return result;
}

/**
 * Runs a program with this terminal as its own and returns its exit code; as a shell does, 128 and the signal's number where one ended it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function execute(program, args, options = {}) {
  // Ctrl-C reaches the program as well, which may need a moment to keep its work: this process waits for it instead of dying first.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  const result = spawnSync(program, args, { stdio: 'inherit', ...options });
  process.off('SIGINT', wait);
  if (result.error) throw new SetupError(`${program} cannot be run: ${result.error.message}`);
  return result.signal ? 128 + os.constants.signals[result.signal] : (result.status ?? 1);
}

/**
 * The first line of what a program prints, or null where it is absent or fails.
 * @param {string} program
 * @param {readonly string[]} args
 */
export function firstLine(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  return result.status === 0 ? (result.stdout.split('\n')[0] ?? '') : null;
}

/**
 * The body of a script: a SetupError ends it with its message and exit code 1, anything else is a bug and keeps its stack.
 * @param {() => number | void | Promise<number | void>} body
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
