/**
 * Energy of the machine's processors from Linux's powercap counters (intel-rapl; AMD's processors have them under the same name). They count the whole
 * package, whatever else runs on it, and start again at a limit that a busy processor reaches within an hour: so they are read every now and then.
 * Nothing depends on them: where the system refuses a reading there is no sum, and whoever is measured goes on.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sum } from 'simple-statistics';
import { errnoOf } from './io-error.js';

const POWERCAP = '/sys/class/powercap';
/** `intel-rapl:0` is a package; `intel-rapl:0:1` a part of one, counted in it already. */
const PACKAGE = /^intel-rapl:\d+$/;
const READ_EVERY_MS = 60_000;
const JOULES = 1e-6;

interface Counter {
  readonly file: string;
  /** Counts from 0 to this, in microjoules. */
  readonly range: number;
  last: number;
}

export class EnergyMeter {
  /** Null once a counter could not be read: what it counted is lost. */
  private microjoules: number | null = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly counters: readonly Counter[]) {
    this.timer = setInterval(() => this.read(), READ_EVERY_MS).unref();
  }

  /** Null where the machine has no counters, or keeps them from this user: most systems keep them for root. */
  static start(folder: string = POWERCAP): EnergyMeter | null {
    const counters = unlessRefused(() => countersIn(folder));
    return counters === null || counters.length === 0 ? null : new EnergyMeter(counters);
  }

  /** Joules since `start`, of all packages together; null where a counter could not be read meanwhile. */
  stop(): number | null {
    clearInterval(this.timer);
    this.read();
    return this.microjoules === null ? null : this.microjoules * JOULES;
  }

  private read(): void {
    const counted = unlessRefused(() => sum(this.counters.map(advance)));
    this.microjoules = this.microjoules === null || counted === null ? null : this.microjoules + counted;
  }
}

/** Microjoules since it was read last. */
function advance(counter: Counter): number {
  const { last, range } = counter;
  const now = readNumber(counter.file);
  counter.last = now;
  return now >= last ? now - last : now + range - last;
}

function countersIn(folder: string): Counter[] {
  const names = readdirSync(folder).filter((name) => PACKAGE.test(name));
  return names.map((name) => {
    const file = join(folder, name, 'energy_uj');
    return { file, range: readNumber(join(folder, name, 'max_energy_range_uj')), last: readNumber(file) };
  });
}

/** Null where the operating system refuses it, for whatever reason. */
function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    return null;
  }
}

function readNumber(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}
