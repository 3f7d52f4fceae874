/** Bytes of a line to text, strictly: a lossy decoder would turn a Latin-1 file into training data full of U+FFFD without a word. */
import { isUtf8 } from 'node:buffer';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const ZIP = Buffer.from('PK\x03\x04');
/** How files begin that people take for text, or give the ending of text. */
const SIGNATURES: readonly (readonly [bytes: Buffer, advice: string])[] = [
  [Buffer.from('PAR1'), 'Parquet; give it the ending .parquet, or convert it to text'],
  [Buffer.from('ARROW1'), 'Arrow (Feather); give it the ending .arrow, or convert it to text'],
  [ZIP, 'a zip archive, which a spreadsheet (.xlsx) is as well; unpack it, or save it as text'],
  [Buffer.from([0x1f, 0x8b]), 'a gzip archive; unpack it'],
];
const SHOWN = 24;

/** Drops a byte order mark; MRPC's official train file begins with one. */
export function withoutByteOrderMark(firstLine: Buffer): Buffer {
  return firstLine.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? firstLine.subarray(UTF8_MARK.length) : firstLine;
}

/** What keeps these bytes from being a line of text, or null. */
export function textFault(line: Buffer): string | null {
  const zero = line.indexOf(0);
  const utf8 = isUtf8(line);
  // In a zip of version 1.0 a line feed follows the signature.
  if (utf8 && zero < 0 && !line.equals(ZIP)) return null;
  const signature = SIGNATURES.find(([bytes]) => line.subarray(0, bytes.length).equals(bytes));
  if (signature !== undefined) return `bytes that are no text: the file looks like ${signature[1]}`;
  if (!utf8) {
    if (UTF16_MARKS.some((mark) => line.subarray(0, 2).equals(mark)))
      return 'bytes that are no UTF-8: the file looks like UTF-16; convert it to UTF-8';
    const lossy = line.toString('utf8');
    const at = lossy.indexOf('\uFFFD');
    const before = lossy.slice(Math.max(0, at - SHOWN), at);
    return `bytes that are no UTF-8, after '${before}'; if the file is Latin-1, convert it to UTF-8`;
  }
  return `a NUL byte at byte ${zero + 1} of the line; text files hold none`;
}
