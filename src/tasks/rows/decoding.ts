/** Steps that a library takes through a file: what it throws at a damaged one is as various as the damage. */
import { BornAgainError } from '../../util/errors.js';

/**
 * A function that takes such a step.
 * @param format as in `cannot decode its footer as Parquet`
 * @param advice what may be wrong with a file that cannot be decoded
 */
export function decodingAs(format: string, advice: string) {
  /**
   * @param what of the file is decoded
   * @throws BornAgainError ERR_DATA_FORMAT where `decode` throws anything else
   */
  return async function decoding<T>(file: string, what: string, decode: () => Promise<T>): Promise<T> {
    try {
      return await decode();
    } catch (cause) {
      if (cause instanceof BornAgainError) throw cause;
      const reason = `cannot decode ${what} as ${format}: ${(cause as Error).message}`;
      throw new BornAgainError('ERR_DATA_FORMAT', `${file}: ${reason}. ${advice}`, { file, reason }, { cause });
    }
  };
}
