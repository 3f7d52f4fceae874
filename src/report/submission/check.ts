/** Checks a submission as GLUE's server would, and says of every fault in which file and line it is. */
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { BornAgainError } from '../../util/errors.js';
import { HEADER, SUBMISSION_FILES, type SubmissionFile } from './files.js';
import { countRows } from './rows.js';

/** QQP's file has 9 MB. It bounds what a hostile zip can make us hold. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_ENTRIES = 100;
/** Faults told of each file; a file of another task has one in every line. */
const SHOWN = 5;

const NUMBER = /^-?\d+(\.\d+)?$/;

export interface CheckOptions {
  readonly zipFile: string;
  /** Folder of the data whose test files the rows are counted in; null counts as GLUE's official ones. */
  readonly dataDir: string | null;
}

/**
 * Every fault, as `MNLI-m.tsv:17: …`; none for a zip that the server takes.
 * @throws BornAgainError ERR_IO, and what reading the data throws
 */
export async function checkSubmission({ zipFile, dataDir }: CheckOptions): Promise<string[]> {
  const { texts, faults } = await readZip(zipFile);
  if (texts === null) return faults;
  const rows = new Map<string, number>();
  for (const { file, task, split, officialRows } of SUBMISSION_FILES) {
    rows.set(file, dataDir === null ? officialRows : await countRows(task, split, dataDir));
  }
  return [...faults, ...checkFiles(texts, rows)];
}

/** @param rows by file, how many its test set has */
export function checkFiles(texts: ReadonlyMap<string, Buffer>, rows: ReadonlyMap<string, number>): string[] {
  const known = SUBMISSION_FILES.map(({ file }) => file);
  const extra = [...texts.keys()].filter((file) => !known.includes(file));
  return [
    ...extra.map((file) => `${file}: GLUE has no file of that name; its files are ${known.join(', ')}`),
    ...SUBMISSION_FILES.flatMap((wanted) => checkFile(wanted, texts.get(wanted.file), rows.get(wanted.file) ?? 0)),
  ];
}

function checkFile(wanted: SubmissionFile, bytes: Buffer | undefined, rows: number): string[] {
  const { file } = wanted;
  if (bytes === undefined) return [`${file}: it is missing`];
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Which byte it is, TextDecoder does not tell; no label or number needs one beyond ASCII.
    return [`${file}: it is no UTF-8 text`];
  }
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const faults = lines.flatMap((line, index) => {
    const fault = index === 0 ? headerFault(line) : rowFault(wanted, line, index - 1);
    return fault === null ? [] : [`${file}:${index + 1}: ${fault}`];
  });
  const more = faults.length > SHOWN ? [`${file}: and ${faults.length - SHOWN} more lines`] : [];
  const count = lines.length - 1 === rows ? [] : [`${file}: it has ${lines.length - 1} predictions, the test set has ${rows} rows`];
  return [...count, ...faults.slice(0, SHOWN), ...more];
}

function headerFault(line: string): string | null {
  return line === HEADER ? null : `the header must be ${JSON.stringify(HEADER)}, not ${JSON.stringify(line.slice(0, 60))}`;
}

function rowFault({ task }: SubmissionFile, line: string, row: number): string | null {
  const fields = line.split('\t');
  const [index = '', prediction = ''] = fields;
  if (fields.length !== 2) return `${fields.length} columns, not 2`;
  if (index !== String(row)) return `the index must be ${row}, not ${JSON.stringify(index.slice(0, 20))}`;
  if (task.scoreRange === null) {
    return task.labels.includes(prediction)
      ? null
      : `unknown label ${JSON.stringify(prediction.slice(0, 40))}; it must be ${task.labels.join(' or ')}`;
  }
  const [low, high] = task.scoreRange;
  if (!NUMBER.test(prediction)) return `${JSON.stringify(prediction.slice(0, 40))} is not a number`;
  return Number(prediction) >= low && Number(prediction) <= high ? null : `${prediction} is out of range; scores lie in [${low}, ${high}]`;
}

/** `texts` is null where the zip could not be read to its end: which files it has is not known then. */
async function readZip(zipFile: string): Promise<{ texts: Map<string, Buffer> | null; faults: string[] }> {
  const texts = new Map<string, Buffer>();
  const faults: string[] = [];
  let entries = 0;
  try {
    const zip = await openPromise(zipFile, { lazyEntries: true });
    try {
      for await (const entry of zip.eachEntry()) {
        entries += 1;
        if (entries > MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} entries`);
        const fault = entryFault(entry, texts);
        if (fault === null) texts.set(entry.fileName, await content(zip, entry, texts));
        else faults.push(`${entry.fileName.slice(0, 80)}: ${fault}`);
      }
    } finally {
      zip.close();
    }
  } catch (cause) {
    if (cause instanceof BornAgainError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
      throw new BornAgainError('ERR_IO', `cannot read ${zipFile}: ${message}`, { file: zipFile }, { cause });
    }
    return { texts: null, faults: [...faults, `${zipFile}: it is no zip that can be read: ${message}`] };
  }
  return { texts, faults };
}

function entryFault(entry: Entry, texts: ReadonlyMap<string, Buffer>): string | null {
  if (entry.fileName.includes('/')) return 'the files must stand in the zip itself, not in a folder';
  if (texts.has(entry.fileName)) return 'it is there twice';
  if (entry.isEncrypted()) return 'it is encrypted';
  return entry.uncompressedSize > MAX_FILE_BYTES ? `it has ${entry.uncompressedSize} bytes, more than any of GLUE's files` : null;
}

/** A file that GLUE has not is only named. yauzl refuses a stream that grows beyond the size the directory tells. */
async function content(zip: ZipFile, entry: Entry, texts: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  if (!SUBMISSION_FILES.some(({ file }) => file === entry.fileName)) return Buffer.alloc(0);
  const held = [...texts.values()].reduce((sum, { length }) => sum + length, 0);
  if (held + entry.uncompressedSize > MAX_FILE_BYTES) throw new Error(`its files have more than ${MAX_FILE_BYTES} bytes in all`);
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
