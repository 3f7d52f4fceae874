/**
 * A split's files in Hugging Face's layouts of a data set, below the folder of one configuration:
 * the hub's repository (`train-00000-of-00001.parquet`), its converted copy (`train/0000.parquet`), `save_to_disk`
 * (`train/data-00000-of-00001.arrow`), and the library's cache (`0.0.0/<hash>/glue-train.arrow`).
 */
import { join } from 'node:path';
import type { RowFormat } from '../config/custom-tasks.js';
import { BornAgainError } from '../util/errors.js';
import { listing } from './listing.js';

/** What most configurations call their splits. */
export const HUB_SPLITS = { train: 'train', dev: 'validation', test: 'test' } as const;

export interface HubFiles {
  readonly format: RowFormat;
  /** The shards in order. */
  readonly files: readonly string[];
}

/**
 * @param folder the configuration's, such as `<dataDir>/mnli`
 * @returns null where none of the layouts holds the split
 * @throws BornAgainError ERR_DATA_MISSING for a shard that is not there, or where several layouts hold the split
 */
export function findHubFiles(folder: string, split: string): HubFiles | null {
  const found = [
    ...numbered(folder, `${split}-`, '.parquet'),
    ...numbered(join(folder, split), 'data-', '.arrow'),
    ...converted(join(folder, split)),
    ...[folder, ...cacheFolders(folder)].flatMap((each) => cached(each, split)),
  ];
  const [first, second] = found;
  if (first === undefined) return null;
  if (second === undefined) return first;
  const [one, other] = [first, second].map(({ files }) => files[0]);
  throw new BornAgainError('ERR_DATA_MISSING', `${folder} has '${split}' twice: ${one} and ${other}. Keep one of them`, { path: folder });
}

/** `<prefix>00000-of-00002<ending>`: one entry for each number of shards that the names speak of. */
function numbered(folder: string, prefix: string, ending: string): HubFiles[] {
  const shards = namesOf(folder).flatMap((name) => {
    const middle = name.startsWith(prefix) && name.endsWith(ending) ? name.slice(prefix.length, name.length - ending.length) : '';
    return /^\d{5}-of-\d{5}$/.test(middle) ? [{ name, index: Number(middle.slice(0, 5)), count: Number(middle.slice(9)) }] : [];
  });
  return [...new Set(shards.map(({ count }) => count))].map((count) => {
    const own = shards.filter((shard) => shard.count === count).sort((a, b) => a.index - b.index);
    const gap = own.findIndex(({ index }, place) => index !== place);
    const missing = gap >= 0 ? gap : own.length < count ? own.length : null;
    if (missing !== null) throw noShard(join(folder, `${prefix}${digits(missing, 5)}-of-${digits(count, 5)}${ending}`), own.length, count);
    return { format: formatOf(ending), files: own.map(({ name }) => join(folder, name)) };
  });
}

/** `0000.parquet`, `0001.parquet`, …: the names do not say how many there are. */
function converted(folder: string): HubFiles[] {
  const names = namesOf(folder).filter((name) => /^\d{4}\.parquet$/.test(name));
  const gap = names.findIndex((name, index) => name !== `${digits(index, 4)}.parquet`);
  if (gap >= 0) throw noShard(join(folder, `${digits(gap, 4)}.parquet`), names.length, names.length + 1);
  return names.length === 0 ? [] : [{ format: 'parquet', files: names.map((name) => join(folder, name)) }];
}

function cached(folder: string, split: string): HubFiles[] {
  const name = `glue-${split}.arrow`;
  const whole: HubFiles[] = namesOf(folder).includes(name) ? [{ format: 'arrow', files: [join(folder, name)] }] : [];
  return [...whole, ...numbered(folder, `glue-${split}-`, '.arrow')];
}

/** `<version>/<hash>` below the configuration. */
function cacheFolders(folder: string): string[] {
  const versions = namesOf(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  return versions.flatMap((version) => namesOf(join(folder, version)).map((hash) => join(folder, version, hash)));
}

const namesOf = (folder: string): string[] => listing(folder) ?? [];

function formatOf(ending: string): RowFormat {
  return ending === '.parquet' ? 'parquet' : 'arrow';
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function noShard(path: string, present: number, count: number): BornAgainError {
  return new BornAgainError('ERR_DATA_MISSING', `${path} is missing: ${present} of ${count} shards are there; is the download complete?`, {
    path,
  });
}
