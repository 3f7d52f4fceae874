/** Names of files and folders that are not whole yet, beside the place that they are for; a process that is killed leaves them behind. */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** `.<name>.<pid>-<uuid>.tmp`; the first group is the name that the file would have taken. */
const FILE = /^\.(.+)\.\d+-[0-9a-f-]{36}\.tmp$/;
/** `.<name>.<pid>.tmp` */
const FOLDER = /^\..+\.\d+\.tmp$/;

/** Another one with each call. */
export function temporaryFile(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomUUID()}.tmp`);
}

/** Always the same, so that what an earlier attempt of this process has left is found again. */
export function temporaryFolder(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

/** Whether a file or folder of that name is a temporary one. */
export function isTemporary(name: string): boolean {
  return FILE.test(name) || FOLDER.test(name);
}

/** The name that the temporary file of that name would have taken; null for any other. */
export function nameOfTemporary(name: string): string | null {
  return FILE.exec(name)?.[1] ?? null;
}
