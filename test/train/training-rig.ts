/** A single-task training of a tiny model in a folder, made anew for each call as a new process would. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { configSchema, type Config, type ConfigInput } from '../../src/config/schema.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import { taskByName } from '../../src/tasks/index.js';
import type { OnEvent, TrainingEvent } from '../../src/train/events.js';
import { headSpec } from '../../src/train/heads.js';
import { prepareData } from '../../src/train/prepare-data.js';
import type { Selected, SelectionJob } from '../../src/train/selection.js';
import { Session } from '../../src/train/session.js';
import { LOG_FILES, RunLog, type StepLogEntry } from '../../src/train/run-log.js';
import { createStepMaker } from '../../src/train/step-maker.js';
import { train } from '../../src/train/trainer.js';

export interface Place {
  readonly dataDir: string;
  readonly modelDir: string;
}

export interface TrainingCall extends Place {
  readonly folder: string;
  readonly config?: ConfigInput;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  readonly identity?: string;
  /** The dev score after so many steps; `config.selection` says what is made of it. */
  readonly score?: (step: number) => number;
}

/** 12 steps with a checkpoint every 3. */
export function smallConfig(overrides: ConfigInput = {}): Config {
  return configSchema.parse({
    tasks: ['rte'],
    single: { epochs: 2, batchSize: 8, learningRate: 1e-3 },
    data: { maxLength: 48 },
    runtime: { threads: 1, checkpointSteps: 3 },
    ...overrides,
  });
}

export interface Trained {
  readonly events: readonly TrainingEvent[];
  /** SHA-256 of every parameter's bytes. */
  readonly bytes: string;
  /** How often the session was told to cancel. */
  readonly cancels: number;
  readonly selected: Selected | null;
  /** What training threw, or null. */
  readonly error: unknown;
}

export async function trainRte({
  dataDir,
  modelDir,
  folder,
  config: overrides,
  seed = 1,
  signal,
  onEvent,
  score,
  identity,
}: TrainingCall): Promise<Trained> {
  const config = smallConfig(overrides);
  const events: TrainingEvent[] = [];
  const data = await prepareData({ config, splits: [{ task: 'rte', split: 'train' }], dataDir, modelDir, onEvent: () => undefined });
  const { bert } = await openModelFolder(modelDir, { device: 'cpu', dropout: config.model.dropout });
  const head = initHead(headSpec(taskByName('rte'), config.model), bert.config.hiddenSize, 'cpu', seed, 'truncated_normal');
  const options = { optimizer: config.optimizer, layerDecay: config.single.layerDecay, dropoutSeed: seed, runtime: config.runtime };
  const session = Session.create({ bert, heads: [head], ...options });
  const cancel = vi.spyOn(session, 'cancel'); // the real one is called
  const tasks = [{ dataset: data.get('rte', 'train'), teacher: null }];
  const log = new RunLog(folder, { tensorboard: config.logging.tensorboard, introduction: 'A training of the tests.' });
  try {
    let selected: Selected | null = null;
    const error = await train({
      runId: 'single/rte/seed-1',
      arm: 'single',
      seed,
      session,
      tasks,
      steps: createStepMaker({ tasks, shape: config.single, config, seed }),
      log,
      checkpointDir: join(folder, 'checkpoints'),
      checkpointSteps: config.runtime.checkpointSteps,
      identity,
      ...(score === undefined ? {} : { selection: selectionOf(config, () => score(session.steps)) }),
      signal,
      onEvent: (event) => {
        events.push(event);
        onEvent?.(event);
      },
    }).then(
      (outcome) => {
        selected = outcome;
        return null;
      },
      (reason: unknown) => reason,
    );
    const hash = createHash('sha256');
    for (const module of [bert, head]) for (const { data: values } of module.tensors().values()) hash.update(new Uint8Array(values.buffer));
    return { events, bytes: hash.digest('hex'), cancels: cancel.mock.calls.length, selected, error };
  } finally {
    log.close();
    await session.close();
    for (const module of [bert, head]) module.dispose();
  }
}

export const readSteps = (folder: string): Promise<StepLogEntry[]> => readLog(folder, LOG_FILES.steps);

export async function readLog<Entry>(folder: string, file: string): Promise<Entry[]> {
  const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Entry);
}

function selectionOf(config: Config, score: () => number): SelectionJob {
  return {
    settings: config.selection,
    epochs: config.single.epochs,
    score: () => Promise.resolve({ score: score(), tasks: { rte: { accuracy: score() } } }),
  };
}
