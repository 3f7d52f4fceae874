/**
 * Rows of a tokenised file that stay on the disk. In memory are twelve bytes of each (where its tokens end, boundary, label), because plans
 * and targets ask for these of every row; its tokens, the bulk, are read when a batch takes the row. So memory hardly grows with the data.
 */
import type { OpenFile } from '../util/open-file.js';
import { BornAgainError } from '../util/errors.js';
import { batchLayouts } from './arrow-layout.js';
import type { BatchLayout } from './arrow-layout.js';
import type { DatasetPart } from './dataset.js';

/** Of TOKENIZED_SCHEMA: each column's validity bits, then what it has: offsets, values. */
const BUFFERS = { idOffsets: 1, idBytes: 2, tokenOffsets: 4, tokens: 6, boundaries: 8, labels: 10 } as const;
const BUFFER_COUNT = 11;

type Starts = Readonly<Record<keyof typeof BUFFERS, number>>;

/** @throws BornAgainError ERR_CACHE when the file has other columns; ERR_IO */
export function fileParts(file: OpenFile): DatasetPart[] {
  const ids = new IdReader(file);
  return batchLayouts(file).map((layout) => new FilePart(file, ids, layout));
}

class FilePart implements DatasetPart {
  readonly rows: number;
  private readonly starts: Starts;
  /** [rows + 1] */
  private readonly tokenOffsets: Int32Array;
  private readonly boundaries: Int32Array;
  private readonly labels: Float32Array;

  constructor(
    private readonly file: OpenFile,
    private readonly ids: IdReader,
    { rows, starts }: BatchLayout,
  ) {
    if (starts.length !== BUFFER_COUNT) {
      throw new BornAgainError('ERR_CACHE', `${file.path}: a record batch has not the columns id, ids, boundary, label`, {
        path: file.path,
      });
    }
    this.rows = rows;
    this.starts = Object.fromEntries(Object.entries(BUFFERS).map(([name, at]) => [name, starts[at]])) as Starts;
    this.tokenOffsets = file.read(new Int32Array(rows + 1), this.starts.tokenOffsets);
    this.boundaries = file.read(new Int32Array(rows), this.starts.boundaries);
    // Missing labels are NaN below the validity bits too (toRecordBatch), so the values are enough.
    this.labels = file.read(new Float32Array(rows), this.starts.labels);
  }

  get tokens(): number {
    return this.tokenOffsets[this.rows] ?? 0;
  }

  id(row: number): string {
    return this.ids.read(this.starts, this.rows, row);
  }

  length(row: number): number {
    return (this.tokenOffsets[row + 1] ?? 0) - (this.tokenOffsets[row] ?? 0);
  }

  copyTokenIds(row: number, target: Int32Array, start: number): void {
    const position = this.starts.tokens + Int32Array.BYTES_PER_ELEMENT * (this.tokenOffsets[row] ?? 0);
    this.file.read(target, position, start, this.length(row));
  }

  boundary(row: number): number | undefined {
    return this.boundaries[row];
  }

  label(row: number): number | undefined {
    return this.labels[row];
  }
}

/** Ids are asked for one after the other, or hardly ever: those of one part are kept. */
class IdReader {
  private kept: { readonly starts: Starts; readonly offsets: Int32Array; readonly bytes: Buffer } | null = null;

  constructor(private readonly file: OpenFile) {}

  read(starts: Starts, rows: number, row: number): string {
    if (this.kept?.starts !== starts) this.kept = this.load(starts, rows);
    const { offsets, bytes } = this.kept;
    return bytes.toString('utf8', offsets[row], offsets[row + 1]);
  }

  private load(starts: Starts, rows: number): NonNullable<IdReader['kept']> {
    const offsets = this.file.read(new Int32Array(rows + 1), starts.idOffsets);
    return { starts, offsets, bytes: this.file.read(Buffer.alloc(offsets[rows] ?? 0), starts.idBytes) };
  }
}
