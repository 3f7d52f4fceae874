/** The operating system's refusals in words: which file, why, and what a person can do about it. */
import { BornAgainError } from './errors.js';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or choose a folder on another disk',
  EDQUOT: 'Your disk quota is used up: free some space, or choose a folder on another disk',
  EFBIG: 'The file would exceed the size this process or file system allows (see ulimit -f)',
  EACCES: 'Permission denied: check who owns the folder and its access rights, or choose another folder',
  EPERM: 'The system does not permit it: check the access rights, or choose another folder',
  EROFS: 'The file system is read-only: choose another folder',
  ENOTDIR: 'A part of the path is a file, not a folder',
  EISDIR: 'There is a folder of that name',
  EMFILE: 'Too many files are open in this process (see ulimit -n)',
};

/** What is not there: to write makes the file itself. */
const adviceOnMissing = (action: string): string =>
  action === 'write' ? 'A folder on the way does not exist' : 'It does not exist, or a folder on the way to it does not';

/**
 * A BornAgainError ERR_IO for a failed file operation, with the cause kept.
 * @param action what was tried: `read`, `write`
 */
export function ioError(action: string, path: string, cause: unknown): BornAgainError {
  const errno = errnoOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = errno === 'ENOENT' ? adviceOnMissing(action) : ADVICE[errno];
  const message = `cannot ${action} ${path}: ${reason}${advice === undefined ? '' : `. ${advice}`}`;
  return new BornAgainError('ERR_IO', message, { file: path, errno }, { cause });
}

/** What `operation` gives; throws `ioError` where the operating system refuses it, and anything else as it is. */
export async function attemptIo<T>(action: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw isRefusal(error) ? ioError(action, path, error) : error;
  }
}

/** An error of the operating system's, not one of Node's own such as ERR_INVALID_ARG_TYPE, nor a BornAgainError. */
function isRefusal(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno !== '' && !errno.startsWith('ERR_');
}

/** `ENOSPC` and its like, or an empty string where the error is not the operating system's. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** What a synchronous `operation` gives; throws `ioError` where the operating system refuses it, and anything else as it is. */
export function attemptIoSync<T>(action: string, path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw isRefusal(error) ? ioError(action, path, error) : error;
  }
}
