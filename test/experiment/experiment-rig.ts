/** A small experiment on three tasks, and ways to look at what it leaves behind. */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { configSchema, type Config, type ConfigInput } from '../../src/config/schema.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { runExperiment } from '../../src/experiment/run.js';
import type { OnEvent, TrainingEvent } from '../../src/train/events.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';

export const TASKS = ['rte', 'stsb', 'mnli'];

/** 3 steps for a single-task model, 8 for the others. */
export function experimentConfig(overrides: ConfigInput = {}): Config {
  return configSchema.parse({
    tasks: TASKS,
    seeds: [1],
    single: { epochs: 1, batchSize: 8, learningRate: 1e-3 },
    multi: { epochs: 2, batchSize: 16, learningRate: 1e-3 },
    data: { maxLength: 48 },
    runtime: { threads: 1, checkpointSteps: 2 },
    ...overrides,
  });
}

/** RTE of 25 rows, and a model for it. */
export async function rtePlace(): Promise<Place> {
  const dataDir = await smallData(['RTE'], 25);
  return { dataDir, modelDir: await tinyModel(dataDir) };
}

/** Of an output folder, to do something to. */
export async function copyOf(outDir: string): Promise<string> {
  const copy = await temporaryFolder();
  await cp(outDir, copy, { recursive: true });
  return copy;
}

export interface ExperimentCall extends Place {
  readonly outDir: string;
  readonly config?: ConfigInput;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** What it returned and sent; a failure is thrown. */
export async function experiment(call: ExperimentCall): Promise<{ results: ExperimentResults; events: TrainingEvent[] }> {
  const { dataDir, modelDir, outDir, config, signal, onEvent } = call;
  const events: TrainingEvent[] = [];
  const results = await runExperiment({
    config: experimentConfig(config),
    dataDir,
    modelDir,
    outDir,
    ...(signal === undefined ? {} : { signal }),
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { results, events };
}

export const started = (events: readonly TrainingEvent[]): string[] =>
  events.filter((event) => event.kind === 'run-started').map(({ runId }) => runId);

/** SHA-256 of every file, by its path below the folder. */
export async function snapshot(folder: string, only: (path: string) => boolean = () => true): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const hashes: Record<string, string> = {};
  for (const path of paths.filter(only).sort()) {
    hashes[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  }
  return hashes;
}

/** Every model's weights and heads, and what it predicted. */
export const weights = (outDir: string): Promise<Record<string, string>> =>
  snapshot(outDir, (path) => path.endsWith('.safetensors') || path.endsWith('predictions.jsonl'));

/** Aborts when the given step of a run is reported. */
export function abortAt(runId: string, step: number): { signal: AbortSignal; onEvent: OnEvent } {
  const controller = new AbortController();
  const onEvent: OnEvent = (event) => {
    if (event.kind === 'step' && event.runId === runId && event.step === step) controller.abort();
  };
  return { signal: controller.signal, onEvent };
}
