/**
 * A training session: model, optimizer and native thread. Calls are asynchronous and answered in order, awaited or not; the event loop
 * stays free. What the optimizer does to which parameter (layer-wise rate, decay) is decided here, from the parameters' names.
 */
import type { Config, Engine, Precision, Products, SessionRuntime } from '../config/schema.js';
import type { PackedBatch } from '../data/types.js';
import { loadAddon } from '../native/load.js';
import type { NativeSession, NativeSessionState, StepResult } from '../native/types.js';
import type { Bert } from '../nn/bert.js';
import type { Head } from '../nn/head.js';
import { parameterShape } from '../nn/parameters.js';
import { decays, layerwiseScales } from '../optim/layerwise.js';
import { BornAgainError } from '../util/errors.js';
import { CallOrder } from './call-order.js';
import { defaultThreads } from './default-threads.js';
import { checkedNotes, readParameters, readSessionState, writeParameters, writeSessionState, type Notes } from './session-state.js';

export interface SessionOptions {
  readonly bert: Bert;
  /** In the order that a batch's task ids count. */
  readonly heads: readonly Head[];
  readonly optimizer: Config['optimizer'];
  /** Alpha of the layer-wise rates, above 0; 1 for none. */
  readonly layerDecay: number;
  readonly dropoutSeed: number;
  readonly runtime: SessionRuntime;
}

export interface StepOptions {
  readonly learningRate: number;
  /**
   * How many steps must be finished when this one's turn comes; where it is another number, it rejects with ERR_CANCELLED. So a step can be
   * handed over while the one before it is still computed, and does not run where that one fails.
   */
  readonly after?: number;
}

/** What `auto` became. */
export interface SessionComputes {
  readonly engine: Engine;
  /** Of matrix products. */
  readonly precision: Precision;
  /** Who computes them. */
  readonly products: Products;
}

export class Session {
  #steps = 0;
  readonly #order = new CallOrder();
  /** Settles when the files of every save so far are written, or were not to be. */
  #written: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly native: NativeSession,
    private readonly parameters: readonly { name: string; shape: readonly number[] }[],
  ) {}

  /** Throws ERR_INVALID_ARGUMENT (no heads, two of one task, disposed modules, a layer decay of 0), ERR_DEVICE (modules on several devices). */
  static create({ bert, heads, optimizer, layerDecay, dropoutSeed, runtime }: SessionOptions): Session {
    requireOneHeadPerTask(heads);
    const parameters = [bert.native, ...heads.map((head) => head.native)].flatMap((module) =>
      module.parameterNames().map((name) => ({ name, shape: parameterShape(module, name) })),
    );
    const names = parameters.map(({ name }) => name);
    const scales = layerwiseScales(names, { layers: bert.config.layers, alpha: layerDecay });
    const { weightDecay, ...native } = optimizer;
    const parameterOptions = names.map((name, i) => ({
      learningRateScale: scales[i] as number,
      weightDecay: decays(name) ? weightDecay : 0,
    }));
    const session = new (loadAddon().Session)({
      encoder: bert.native,
      heads: heads.map((head) => head.native),
      optimizer: native,
      parameterOptions,
      dropoutSeed,
      engine: runtime.engine,
      precision: runtime.precision,
      products: runtime.products,
      firstTokensOnly: runtime.firstTokensOnly,
      threads: runtime.threads === 0 ? defaultThreads() : runtime.threads,
    });
    return new Session(session, parameters);
  }

  /** The engine that computes, the precision of its matrix products and who computes them: what `auto` became. */
  get computes(): SessionComputes {
    const { engine, precision, products } = this.native;
    return { engine, precision, products };
  }

  /**
   * Native threads, of the calls that begin after it was set; 0 is LibTorch's default (one per core unless OMP_NUM_THREADS or
   * MKL_NUM_THREADS says otherwise), and cannot be set; where a container has a quota of CPU time, that is the default. The fused engine's results do not depend on it.
   */
  get threads(): number {
    return this.native.threads;
  }

  set threads(threads: number) {
    this.native.threads = threads;
  }

  /** Optimizer steps finished. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * One whole step: forward, weighted loss, backward, clip, layer-wise AdamW. Of micro-batches the gradients are summed, so that a batch cut
   * into them gives the same step in less memory; `losses` are theirs end to end, and their dropout masks are not the whole batch's. The
   * gradient of a head without examples in the batch is zero: momentum and weight decay go on moving it. (The `AdamW` of the tensor floor
   * leaves a parameter without a gradient where it is.) Rejects with ERR_NON_FINITE_LOSS when the loss or a gradient is not finite
   * (`details`: step, losses, positions of the examples whose loss is not finite), ERR_CANCELLED, ERR_INVALID_ARGUMENT; the parameters are
   * then those of the step before.
   */
  async step(batch: PackedBatch | readonly PackedBatch[], options: StepOptions): Promise<StepResult> {
    const kept = this.#kept(batch);
    // JavaScript may leave them out; what is wrong with a rate, the native call says.
    const { learningRate, after } = (options as StepOptions | undefined) ?? { learningRate: Number.NaN };
    return this.#order.call(() => this.#step(kept, learningRate, after));
  }

  async #step(batch: PackedBatch | readonly PackedBatch[], learningRate: number, after: number | undefined): Promise<StepResult> {
    const result = await this.native.step(batch, learningRate, after);
    if (!result.updated) throw nonFinite(result);
    this.#steps = result.step;
    return result;
  }

  /** Logits of the examples end to end, each as long as its head's outputs; no dropout. */
  async evaluate(batch: PackedBatch): Promise<Float32Array> {
    const kept = this.#kept(batch);
    return this.#order.call(() => this.native.evaluate(kept));
  }

  /** What a native call copies when it begins must be copied now where it has to wait: the caller may fill the same arrays anew. */
  #kept<T>(batch: T): T {
    return this.#order.held ? structuredClone(batch) : batch;
  }

  /**
   * Writes parameters, both moments, the step count and `notes`, atomically. Steps called meanwhile go on, and are not in it.
   * @param notes strings by name; `steps` and `sha256` are names of the file's own. Others throw ERR_INVALID_ARGUMENT, and nothing is written
   */
  async saveState(path: string, notes: Notes = {}): Promise<void> {
    const kept = checkedNotes(notes);
    return this.#save((state) => writeSessionState(path, this.parameters, state, kept));
  }

  /**
   * Throws ERR_CHECKPOINT, ERR_SAFETENSORS or ERR_CANCELLED, and changes nothing, when the file is not a whole state of this session's
   * model. Later calls wait for it.
   * @returns the notes it was saved with
   */
  async loadState(path: string): Promise<Notes> {
    return this.#load(async () => {
      const { state, notes } = await readSessionState(path, this.parameters);
      return { state, result: notes };
    });
  }

  /** Writes the parameters alone, atomically. */
  async saveParameters(path: string): Promise<void> {
    return this.#save((state) => writeParameters(path, this.parameters, state));
  }

  /** Takes parameters over; moments and step count stay. Throws as `loadState` does. */
  async loadParameters(path: string): Promise<void> {
    return this.#load(async () => {
      const parameters = await readParameters(path, this.parameters);
      return { state: { ...(await this.native.exportState()), parameters }, result: undefined };
    });
  }

  /** Takes the state in its turn; nothing waits for the writing but later files. */
  #save(write: (state: NativeSessionState) => Promise<void>): Promise<void> {
    const earlier = this.#written;
    const exported = this.#order.call(() => this.native.exportState());
    const saved = exported.then(async (state) => {
      await earlier;
      await write(state);
    });
    this.#written = Promise.allSettled([earlier, saved]).then(() => undefined);
    return saved;
  }

  #load<T>(read: () => Promise<{ state: NativeSessionState; result: T }>): Promise<T> {
    // Of the saves up to now: a later one waits for this.
    const written = this.#written;
    return this.#order.alone(async (signal) => {
      await written;
      const { state, result } = await read();
      signal.throwIfAborted();
      await this.native.importState(state);
      this.#steps = state.steps;
      return result;
    });
  }

  /** Whether the file holds parameters of this model, whole. Throws as `loadState` does where it does not. */
  async checkParameters(path: string): Promise<void> {
    await this.#written;
    await readParameters(path, this.parameters);
  }

  /** What is running or waiting rejects with ERR_CANCELLED; the session stays usable. A save that has its state goes on writing it. */
  cancel(): void {
    this.#order.cancel();
    this.native.cancel();
  }

  /** Cancels and ends the native thread. Modules live on. Idempotent. */
  close(): Promise<void> {
    this.#order.cancel();
    return this.native.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Parameters are told apart by name, in the optimizer's settings and in saved states. */
function requireOneHeadPerTask(heads: readonly Head[]): void {
  const tasks = heads.map(({ task }) => task);
  const twice = tasks.find((task, i) => tasks.indexOf(task) < i);
  if (twice === undefined) return;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `a session has one head for each task, and two were given for '${twice}'`, {
    task: twice,
  });
}

function nonFinite(result: StepResult): BornAgainError {
  const positions = [...result.losses.keys()].filter((i) => !Number.isFinite(result.losses[i]));
  const what = Number.isFinite(result.loss)
    ? 'the gradient norm is not finite'
    : `the loss is ${result.loss} (examples ${positions.join(', ')} of the batch)`;
  return new BornAgainError('ERR_NON_FINITE_LOSS', `step ${result.step + 1}: ${what}; the parameters were not updated`, {
    step: result.step + 1,
    losses: result.losses,
    positions,
  });
}
