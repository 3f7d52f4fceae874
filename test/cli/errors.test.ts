/** Exit codes and texts of errors, as DESIGN's interface has them. */
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { describeError, errorAsJson, exitCodeOf } from '../../src/cli/errors.js';
import { BornAgainError } from '../../src/util/errors.js';

describe('exitCodeOf', () => {
  it('is 2 for usage and configuration, 130 for an interruption, 1 for every other failure, 0 for help', () => {
    for (const code of ['ERR_USAGE', 'ERR_CONFIG', 'ERR_UNKNOWN_TASK', 'ERR_OUTPUT_FOLDER'] as const) {
      expect(exitCodeOf(new BornAgainError(code, ''))).toBe(2);
    }
    for (const code of ['ERR_IO', 'ERR_DATA_FORMAT', 'ERR_LIBTORCH_NOT_FOUND', 'ERR_NON_FINITE_LOSS'] as const) {
      expect(exitCodeOf(new BornAgainError(code, ''))).toBe(1);
    }
    expect(exitCodeOf(new BornAgainError('ERR_CANCELLED', ''))).toBe(130);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf(new CommanderError(1, 'commander.unknownOption', ''))).toBe(2);
    expect(exitCodeOf(new CommanderError(0, 'commander.helpDisplayed', ''))).toBe(0);
  });
});

describe('describeError', () => {
  it('gives the message alone of an error with a code, the stack and a request to report of any other', () => {
    expect(describeError(new BornAgainError('ERR_IO', 'cannot write x'))).toBe('error: cannot write x');
    const text = describeError(new TypeError('y is not a function'));
    expect(text).toMatch(/TypeError: y is not a function\n +at /);
    expect(text).toContain('please report it');
  });
});

describe('errorAsJson', () => {
  it('has code, message and details', () => {
    expect(errorAsJson(new BornAgainError('ERR_IO', 'cannot write x', { file: 'x' }))).toEqual({
      error: { code: 'ERR_IO', message: 'cannot write x', details: { file: 'x' } },
    });
    expect(errorAsJson(new TypeError('y')).error.code).toBe('ERR_UNEXPECTED');
  });
});
