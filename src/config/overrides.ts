/** `--set key=value`: a dotted path, and a value that is JSON where it parses as JSON and a string where it does not. */
import { BornAgainError } from '../util/errors.js';
import { isPlainObject, nest, type PlainObject } from './merge.js';

/**
 * `multi.epochs=3` as `{ multi: { epochs: 3 } }`. Everything after the first `=` is the value.
 * @throws BornAgainError ERR_CONFIG where there is no `=` or no key
 */
export function parseOverride(text: string): PlainObject {
  const at = text.indexOf('=');
  const path = text.slice(0, at).trim().split('.');
  if (at < 0 || path.includes('')) {
    throw new BornAgainError('ERR_CONFIG', `--set ${text}: expected key=value, for example --set multi.epochs=3`, { override: text });
  }
  const values = nest(path, parseValue(text.slice(at + 1)));
  return isPlainObject(values) ? values : {};
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON is not a mistake here: `runtime.device=cuda:0` and `loss.reduction=sum` are plain strings.
    return text;
  }
}
