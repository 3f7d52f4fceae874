/** The texts of the dev examples that the browser shows, from the data folder: the output folder keeps none. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasSplit, rawScore, readExamples } from '../../tasks/index.js';
import type { LoadedExperiment } from './experiment.js';

/** predictions.jsonl keeps six digits of a score. */
const LABEL_ROUNDING = 1e-3;

export interface ExampleText {
  readonly id: string;
  readonly textA: string;
  readonly textB: string | null;
}

export interface Texts {
  /** By task, by place in the dev set. */
  readonly byTask: ReadonlyMap<string, ReadonlyMap<number, ExampleText>>;
  /** Why there are none, or not all; null where nothing is amiss. */
  readonly missing: string | null;
}

/** The data folder of the last call that is known, or null. */
export function knownDataDir({ outDir, calls }: LoadedExperiment): string | null {
  const last = calls.at(-1);
  return last === undefined ? null : resolve(outDir, last.dataDir);
}

/**
 * @param wanted by task, places in the dev set
 * @throws BornAgainError ERR_DATA_FORMAT, ERR_IO: the data are there and cannot be read
 */
export async function readTexts(
  experiment: LoadedExperiment,
  dataDir: string | null,
  wanted: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<Texts> {
  if (dataDir === null || !existsSync(dataDir)) {
    const missing =
      'The data folder is not where it was, so the examples are shown without their texts (bornagain report --data names it).';
    return { byTask: new Map(), missing };
  }
  const byTask = new Map<string, ReadonlyMap<number, ExampleText>>();
  const faults: string[] = [];
  for (const [name, indices] of wanted) {
    const task = experiment.registry.byName(name);
    const texts = hasSplit(task, 'dev', dataDir) ? await readSome(experiment, name, dataDir, indices) : null;
    if (texts === null)
      faults.push(`${task.title}'s dev file in the data folder is not there, or no longer the one that the models were scored on.`);
    else byTask.set(name, texts);
  }
  return { byTask, missing: faults.length === 0 ? null : faults.join(' ') };
}

/** Null where the file's labels are not those that the models were scored against: its texts would stand beside answers to others. */
async function readSome(
  { registry, config, runs }: LoadedExperiment,
  name: string,
  dataDir: string,
  indices: ReadonlySet<number>,
): Promise<Map<number, ExampleText> | null> {
  const task = registry.byName(name);
  const scored = runs.find(({ answers }) => answers?.has(name))?.answers?.get(name)?.gold ?? new Float32Array();
  const texts = new Map<number, ExampleText>();
  let index = 0;
  for await (const { id, textA, textB, label } of readExamples(task, 'dev', dataDir, { badRows: config.data.badRows })) {
    const gold = task.kind === 'regression' ? rawScore(task, label ?? NaN) : label;
    if (!(Math.abs((gold ?? NaN) - (scored[index] ?? NaN)) < LABEL_ROUNDING)) return null;
    if (indices.has(index)) texts.set(index, { id, textA, textB });
    index += 1;
  }
  return index === scored.length ? texts : null;
}
