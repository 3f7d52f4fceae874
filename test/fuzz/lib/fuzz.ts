/**
 * Feeds a reader with damaged files. It may read them or refuse them with a BornAgainError whose message names the file; anything else
 * (another error, a crash, a case that does not end, memory taken at a lying length's word) is a fault of the reader. Case n of a target is
 * a function of n alone: `FUZZ_CASE=n npx vitest run test/fuzz -t <target>` runs it by itself.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BornAgainError } from '../../../src/util/errors.js';
import { createRandom } from '../../../src/util/random.js';
import { pick, type Mutate } from './mutate.js';
import { Watchdog } from './watchdog.js';

/** For one case; the slowest takes some 100 ms on an idle machine, so only a loop comes near. */
const CASE_LIMIT_MS = 20_000;
/** What all cases of a target may add to the process's peak. */
export const MEMORY_LIMIT_BYTES = 2 ** 29;
const SEED = 20_190_710;

export interface FuzzTarget {
  readonly cases: number;
  /** Sound files by their names in the folder that is read, and how each is damaged; null for one that stays sound. */
  readonly files: Readonly<Record<string, { readonly bytes: Buffer; readonly mutate: Mutate | null }>>;
  /** Reads all there is in the folder. */
  readonly read: (folder: string) => Promise<void>;
}

export interface FuzzOutcome {
  readonly refused: number;
  readonly accepted: number;
  /** By case, what the reader did wrong. */
  readonly faults: readonly string[];
  /** Bytes that the process's peak grew by. */
  readonly peakGrowth: number;
}

/** Throws where the sound files are refused: nothing would be tested then. */
export async function fuzz(name: string, { cases, files, read }: FuzzTarget): Promise<FuzzOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'bornagain-fuzz-'));
  const watchdog = new Watchdog(CASE_LIMIT_MS);
  const damaged = Object.keys(files).filter((file) => files[file]?.mutate !== null);
  const faults: string[] = [];
  let refused = 0;
  let accepted = 0;
  try {
    for (const [file, { bytes }] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), bytes);
    }
    await read(folder);
    const peak = process.resourceUsage().maxRSS;
    for (const number of caseNumbers(cases)) {
      const random = createRandom(SEED, 'fuzz', name, number);
      const file = pick(random, damaged);
      const { bytes, mutate } = files[file] as { bytes: Buffer; mutate: Mutate };
      await writeFile(join(folder, file), mutate(bytes, random));
      watchdog.begin(`${name}, case ${number}, ${file}`);
      const fault = await faultOf(read(folder), folder);
      watchdog.begin('');
      if (fault === null) accepted += 1;
      else if (fault === REFUSED) refused += 1;
      else faults.push(`case ${number}, ${file}: ${fault}`);
      await writeFile(join(folder, file), bytes);
    }
    const peakGrowth = 1024 * (process.resourceUsage().maxRSS - peak);
    return { refused, accepted, faults, peakGrowth };
  } finally {
    await watchdog.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function caseNumbers(cases: number): number[] {
  const only = process.env['FUZZ_CASE'];
  return only === undefined ? Array.from({ length: cases }, (_, number) => number) : [Number(only)];
}

const REFUSED = 'refused';

/** Null where the files were read. */
async function faultOf(reading: Promise<void>, folder: string): Promise<string | null> {
  try {
    await reading;
    return null;
  } catch (error) {
    if (!(error instanceof BornAgainError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    return error.message.includes(folder) ? REFUSED : `the message does not name the file: ${error.message.slice(0, 300)}`;
  }
}
