/** What every subject is given: where things are, how many threads each side may use, and where to say how far it is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRuntime } from '../../src/native/runtime.js';
import { writeModel } from './folder.js';
import type { ModelName } from './models.js';
import type { Precision } from './sides.js';

export class Bench {
  /** What `auto` computes in on this CPU: its opponents do as well. */
  readonly precision: Precision = describeRuntime().runtime.cpuChoice.precision;
  private readonly models = new Map<ModelName, Promise<string>>();

  private constructor(
    readonly python: string,
    readonly threads: number,
    /** For what both sides read; removed at the end. */
    readonly scratch: string,
  ) {}

  static async create(python: string, threads: number): Promise<Bench> {
    return new Bench(python, threads, await mkdtemp(join(tmpdir(), 'bornagain-bench-')));
  }

  /** A folder with weights of that model, drawn once in a run; its batches are whoever's turn it is. */
  modelFolder(model: ModelName): Promise<string> {
    const folder = join(this.scratch, model);
    const written = this.models.get(model) ?? writeModel(folder, model).then(() => folder);
    this.models.set(model, written);
    return written;
  }

  say(line: string): void {
    console.error(line);
  }

  async close(): Promise<void> {
    await rm(this.scratch, { recursive: true, force: true });
  }
}
