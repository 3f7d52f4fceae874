/** Where in an Arrow file the buffers of its record batches lie, so that single rows can be read and the rest left on the disk. */
import { Message } from 'apache-arrow';
import { BornAgainError } from '../util/errors.js';
import type { OpenFile } from '../util/open-file.js';

export interface BatchLayout {
  readonly rows: number;
  /** First byte of each buffer in the file, in the order of the format's specification (Columnar Format, "Recordbatch message"). */
  readonly starts: readonly number[];
}

/** The magic `ARROW1`, padded to eight bytes. */
const FIRST_MESSAGE = 8;
/** Before a message: the continuation mark, and the length of its metadata. */
const PREFIX_BYTES = 8;

/**
 * Of a file that writeArrowFile wrote and readArrowFile has found sound.
 * @throws BornAgainError ERR_CACHE for a message that is neither a schema nor a plain record batch; ERR_IO
 */
export function batchLayouts(file: OpenFile): BatchLayout[] {
  const layouts: BatchLayout[] = [];
  const prefix = new Int32Array(2);
  for (let position = FIRST_MESSAGE; ;) {
    const metadataBytes = file.read(prefix, position)[1] ?? 0;
    // The end-of-stream mark.
    if (metadataBytes === 0) return layouts;
    const message = Message.decode(file.read(new Uint8Array(metadataBytes), position + PREFIX_BYTES));
    const body = position + PREFIX_BYTES + metadataBytes;
    if (message.isRecordBatch()) {
      const { length, buffers } = message.header();
      layouts.push({ rows: length, starts: buffers.map(({ offset }) => body + offset) });
    } else if (!message.isSchema()) {
      throw new BornAgainError('ERR_CACHE', `${file.path} has a message that is no record batch`, { path: file.path });
    }
    position = body + message.bodyLength;
  }
}
