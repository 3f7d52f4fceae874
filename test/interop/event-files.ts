/** Event files of real runs, one of them interrupted twice, as TensorBoard's own reader sees them: every value of the JSON Lines, once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/load.js';
import { trainOne, type TrainOneOptions } from '../../src/experiment/train-one.js';
import { LOG_FILES, type EvaluationLogEntry, type StepLogEntry, type TimingLogEntry } from '../../src/train/run-log.js';
import { BornAgainError } from '../../src/util/errors.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { fewRows, TINY_BERT } from './lib/mini-glue.js';

type Series = [step: number, value: number][];
interface Found {
  readonly scalars: Readonly<Record<string, Series>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly plugins: Readonly<Record<string, string>>;
}

const SET = ['tasks=["rte","stsb","mnli"]', 'multi.epochs=3', 'multi.batchSize=16', 'runtime.threads=1', 'runtime.checkpointSteps=4'];

/** Trains to the end, stopped after each of the given steps and started again. */
async function trainStopping(options: Omit<TrainOneOptions, 'onEvent' | 'signal'>, stops: readonly number[]): Promise<void> {
  for (const stop of [...stops, Infinity]) {
    const controller = new AbortController();
    const onEvent: TrainOneOptions['onEvent'] = (event) => {
      if (event.kind === 'step' && event.step === stop) controller.abort();
    };
    try {
      await trainOne({ ...options, onEvent, signal: controller.signal });
    } catch (error) {
      if (!(error instanceof BornAgainError) || error.code !== 'ERR_CANCELLED' || stop === Infinity) throw error;
    }
  }
}

/** What the JSON Lines say, under the names of src/train/tensorboard/scalars.ts. */
async function expectedScalars(folder: string): Promise<Map<string, Series>> {
  const scalars = new Map<string, Series>();
  const add = (tag: string, step: number, value: number): void => {
    scalars.set(tag, [...(scalars.get(tag) ?? []), [step, value]]);
  };
  const read = async <Entry>(file: string): Promise<Entry[]> =>
    (await readFile(join(folder, file), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
  for (const { step, loss, lambda, learningRate, gradientNorm, tokens, tasks } of await read<StepLogEntry>(LOG_FILES.steps)) {
    add('train/loss', step, loss);
    if (lambda !== null) add('train/lambda', step, lambda);
    add('train/learning_rate', step, learningRate);
    add('train/gradient_norm', step, gradientNorm);
    add('train/tokens', step, tokens);
    for (const [task, { loss: own, count }] of Object.entries(tasks)) {
      add(`task_loss/${task}`, step, own);
      add(`task_examples/${task}`, step, count);
    }
  }
  for (const { step, tokensPerSecond } of await read<TimingLogEntry>(LOG_FILES.timings))
    add('train/tokens_per_second', step, tokensPerSecond);
  for (const { step, split, tasks, average } of await read<EvaluationLogEntry>(LOG_FILES.evaluations)) {
    for (const [task, scores] of Object.entries(tasks)) {
      for (const [metric, value] of Object.entries(scores)) add(`${split}/${task}_${metric}`, step, value);
    }
    if (average !== null) add(`${split}/average`, step, average);
  }
  return scalars;
}

/** Counts the series that are not equal, values in the single precision of the format. */
function compare(what: string, expected: ReadonlyMap<string, Series>, found: Found): Finding {
  const tags = [...new Set([...expected.keys(), ...Object.keys(found.scalars)])];
  const single = (series: Series | undefined): string => JSON.stringify(series?.map(([step, value]) => [step, Math.fround(value)]));
  const different = tags.filter((tag) => single(expected.get(tag)) !== single(found.scalars[tag]));
  const [worst] = different;
  return { what, cases: tags.length, difference: different.length, bound: 0, ...(worst === undefined ? {} : { worst }) };
}

export const comparison: Comparison = {
  what: "event files as TensorBoard's own reader sees them",
  async run(peer) {
    const config = resolveConfig({ preset: 'quickstart', set: SET });
    const dataDir = await fewRows(peer.folder, { rte: 40, stsb: 40, mnli: 60 }, ['train', 'dev', 'dev_mismatched']);
    const shared = { config, tasks: config.tasks, seed: 1, dataDir, modelDir: TINY_BERT };
    const [teacher, whole, stopped] = ['teacher', 'whole', 'stopped'].map((name) => join(peer.folder, name)) as [string, string, string];
    await trainStopping({ ...shared, arm: 'multi', outDir: teacher }, []);
    await trainStopping({ ...shared, arm: 'distilled', teachersDir: teacher, outDir: whole }, []);
    await trainStopping({ ...shared, arm: 'distilled', teachersDir: teacher, outDir: stopped }, [6, 9]);
    const folders = [teacher, whole, stopped];
    const found = await peer.ask<Found[]>('event_files.py', { folders });
    const findings: Finding[] = [];
    for (const [index, name] of ['multi-task run', 'distilled run', 'distilled run, stopped twice'].entries()) {
      findings.push(compare(`every scalar of a ${name}`, await expectedScalars(folders[index] ?? ''), found[index] as Found));
    }
    const introductions = found.filter(({ texts, plugins }) => {
      const [text = '', ...more] = texts['configuration/text_summary'] ?? [];
      return plugins['configuration/text_summary'] === 'text' && more.length === 0 && text.includes('| multi.epochs | 3 |');
    });
    const missing = folders.length - introductions.length;
    findings.push({ what: 'the configuration as one text', cases: folders.length, difference: missing, bound: 0 });
    return findings;
  },
};
