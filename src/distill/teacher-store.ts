/**
 * A teacher's outputs on its training set, stored once (docs/paper.md section 3.4). The file is tied to the teacher and to the data by their
 * hashes and covers every example by id; anything else is an error, because logits of another teacher or another row train without
 * complaint.
 */
import { Field, Float32, List, makeData, RecordBatch, Schema, Struct, Utf8, vectorFromArray } from 'apache-arrow';
import { readArrowFile, writeArrowFile } from '../data/arrow-file.js';
import type { TokenizedDataset } from '../data/types.js';
import { BornAgainError } from '../util/errors.js';
import { alignById, takeInOrder } from './align.js';
import type { StoredOutputs } from './align.js';
import { outputsOf } from './targets.js';

const CHUNK_ROWS = 8192;

type TeacherTypes = { id: Utf8; logits: List<Float32> };
const LOGITS = new List(new Field('item', new Float32(), false));
const SCHEMA = new Schema<TeacherTypes>([new Field('id', new Utf8(), false), new Field('logits', LOGITS, false)]);

/**
 * Writes the outputs of one teacher, atomically.
 * @param logits [size · outputs] in the dataset's order; for regression the head's scalar
 * @throws BornAgainError ERR_TEACHER_LOGITS for a wrong length or values that are not finite; ERR_IO
 */
export async function writeTeacherOutputs(
  path: string,
  teacherHash: string,
  dataset: TokenizedDataset,
  logits: Float32Array,
): Promise<void> {
  const width = outputsOf(dataset.task);
  if (logits.length !== dataset.size * width) {
    throw fault(path, `${logits.length} values for ${dataset.size} examples of ${width} outputs`);
  }
  const wrong = logits.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw fault(path, `the teacher's output for example ${dataset.id(Math.floor(wrong / width))} is ${logits[wrong]}`);
  const metadata = { teacher: teacherHash, task: dataset.task.name, data: dataset.hash };
  await writeArrowFile(path, SCHEMA, recordBatches(dataset, width, logits), () => metadata);
}

export class TeacherOutputs {
  private constructor(
    readonly teacherHash: string,
    /** Outputs per example. */
    readonly width: number,
    private readonly values: Float32Array,
  ) {}

  /**
   * Reads a file and lines it up with the dataset, whatever the order of its rows.
   * @throws BornAgainError ERR_TEACHER_LOGITS: no such file, a damaged one, another teacher's, another task's, missing or extra or repeated
   * ids, a wrong number of outputs, values that are not finite, or outputs for data that have changed since
   */
  static async open(
    path: string,
    { teacherHash, dataset }: { readonly teacherHash: string; readonly dataset: TokenizedDataset },
  ): Promise<TeacherOutputs> {
    const { metadata, batches } = await read(path);
    expectSame(path, 'teacher', metadata.get('teacher'), teacherHash);
    expectSame(path, 'task', metadata.get('task'), dataset.task.name);
    const width = outputsOf(dataset.task);
    const aligned = takeInOrder(rowsOf(path, batches), dataset, width) ?? alignById([...rowsOf(path, batches)], dataset, width);
    if (typeof aligned === 'string') throw fault(path, aligned);
    // Last, because a difference in the rows themselves says more than a difference of hashes.
    expectSame(path, 'data', metadata.get('data'), dataset.hash);
    return new TeacherOutputs(teacherHash, width, aligned);
  }

  /** Of the dataset's example `index`: [width], a view. */
  logits(index: number): Float32Array {
    const start = index * this.width;
    if (!Number.isInteger(index) || index < 0 || start >= this.values.length) {
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `example ${index} is outside the ${this.values.length / this.width} stored`, {
        index,
      });
    }
    return this.values.subarray(start, start + this.width);
  }
}

function* recordBatches(dataset: TokenizedDataset, width: number, logits: Float32Array): Generator<RecordBatch<TeacherTypes>> {
  for (let start = 0; start < dataset.size; start += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, dataset.size - start);
    const ids = Array.from({ length }, (_, row) => dataset.id(start + row));
    const data = logits.subarray(start * width, (start + length) * width);
    const valueOffsets = Int32Array.from({ length: length + 1 }, (_, row) => row * width);
    const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
    const id = vectorFromArray(ids, new Utf8()).data[0];
    const children = [id ?? makeData({ type: new Utf8() }), makeData({ type: LOGITS, length, nullCount: 0, valueOffsets, child })];
    yield new RecordBatch(SCHEMA, makeData({ type: new Struct<TeacherTypes>(SCHEMA.fields), length, nullCount: 0, children }));
  }
}

interface StoredFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly batches: readonly RecordBatch<TeacherTypes>[];
}

async function read(path: string): Promise<StoredFile> {
  try {
    return await readArrowFile<TeacherTypes, StoredFile>(path, async ({ metadata, batches }) => {
      const all: RecordBatch<TeacherTypes>[] = [];
      for await (const batch of batches) all.push(batch);
      return { metadata, batches: all };
    });
  } catch (cause) {
    if (cause instanceof BornAgainError) throw fault(path, cause.message, cause);
    throw cause;
  }
}

/** By column: Arrow's row objects are several times slower. */
function* rowsOf(path: string, batches: readonly RecordBatch<TeacherTypes>[]): Generator<StoredOutputs> {
  for (const batch of batches) {
    const [ids, logits] = [batch.getChild('id')?.data[0], batch.getChild('logits')?.data[0]];
    if (ids === undefined || logits === undefined) throw fault(path, 'it has not the columns id, logits');
    const { buffer, byteOffset, byteLength } = ids.values;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    const [idOffsets, offsets] = [ids.valueOffsets, logits.valueOffsets as Int32Array];
    const values = logits.children[0]?.values as Float32Array;
    for (let row = 0; row < batch.numRows; row += 1) {
      yield { id: bytes.toString('utf8', idOffsets[row], idOffsets[row + 1]), logits: values.subarray(offsets[row], offsets[row + 1]) };
    }
  }
}

function expectSame(path: string, what: 'teacher' | 'task' | 'data', stored: string | undefined, expected: string): void {
  if (stored !== expected) throw fault(path, `it was made from another ${what} (${stored ?? 'none'}) than this run's (${expected})`);
}

function fault(path: string, why: string, cause?: BornAgainError): BornAgainError {
  return new BornAgainError(
    'ERR_TEACHER_LOGITS',
    `teacher outputs ${path}: ${why}. Delete the file to have the teacher asked again`,
    { path },
    { cause },
  );
}
