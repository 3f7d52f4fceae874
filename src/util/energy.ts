/**
 * Energy of the machine's processors from Linux's powercap counters (intel-rapl; AMD's processors have them under the same name). They count the whole
 * package, whatever else runs on it, and start again at a limit that a busy processor reaches within an hour: so they are read every now and then.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  private microjoules = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly counters: readonly Counter[]) {
    this.timer = setInterval(() => this.read(), READ_EVERY_MS).unref();
  }

  /** Null where the machine has no counters, or keeps them from this user. */
  static start(folder: string = POWERCAP): EnergyMeter | null {
    if (!existsSync(folder)) return null;
    const counters = readdirSync(folder)
      .filter((name) => PACKAGE.test(name))
      .map((name) => openCounter(join(folder, name)));
    if (counters.length === 0 || counters.includes(null)) return null;
    return new EnergyMeter(counters.filter((counter) => counter !== null));
  }

  /** Joules since `start`, of all packages together. */
  stop(): number {
    clearInterval(this.timer);
    this.read();
    return this.microjoules * JOULES;
  }

  private read(): void {
    for (const counter of this.counters) {
      const now = readNumber(counter.file);
      this.microjoules += now >= counter.last ? now - counter.last : now + counter.range - counter.last;
      counter.last = now;
    }
  }
}

/** Null where it may not be read: most systems keep it for root. */
function openCounter(folder: string): Counter | null {
  const file = join(folder, 'energy_uj');
  try {
    return { file, range: readNumber(join(folder, 'max_energy_range_uj')), last: readNumber(file) };
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT'].includes(errnoOf(error))) return null;
    throw error;
  }
}

function readNumber(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}
