/** What runs keep of their models' answers: the file by itself, and beside the results of an experiment. */
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictionsFile, readPredictions, writePredictions, type PredictionRecord } from '../../src/experiment/predictions.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { score } from '../../src/metrics/index.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { experiment, started, weights } from './experiment-rig.js';
import { labelled } from './labelled.js';

async function readAll(folder: string): Promise<PredictionRecord[]> {
  const records: PredictionRecord[] = [];
  for await (const record of readPredictions(folder)) records.push(record);
  return records;
}

describe('predictions.jsonl', () => {
  it('names labels, gives probabilities in their order and scores in the raw range', async () => {
    const folder = await temporaryFolder();
    const rte = { dataset: labelled('rte', [0, 1]), logits: Float32Array.of(0, 1, 2, 2) };
    const stsb = { dataset: labelled('stsb', [0.76]), logits: Float32Array.of(0.625) };
    await writePredictions(folder, [rte, stsb]);
    // softmax([0, 1]) = [1 / (1 + e), e / (1 + e)].
    expect((await readFile(predictionsFile(folder), 'utf8')).split('\n')).toEqual([
      '{"task":"rte","split":"dev","index":0,"gold":"entailment","prediction":"not_entailment","probabilities":[0.268941,0.731059]}',
      '{"task":"rte","split":"dev","index":1,"gold":"not_entailment","prediction":"entailment","probabilities":[0.5,0.5]}',
      '{"task":"stsb","split":"dev","index":0,"gold":3.8,"prediction":3.125,"probabilities":null}',
      '',
    ]);
    expect(await readAll(folder)).toHaveLength(3);
  });

  it('keeps an output that is not finite as null', async () => {
    const folder = await temporaryFolder();
    const rte = { dataset: labelled('rte', [0]), logits: Float32Array.of(NaN, 1) };
    const stsb = { dataset: labelled('stsb', [0.5]), logits: Float32Array.of(NaN) };
    await writePredictions(folder, [rte, stsb]);
    expect(await readAll(folder)).toMatchObject([
      { prediction: null, probabilities: [null, null] },
      { prediction: null, probabilities: null },
    ]);
  });

  it('streams more lines than are written at once, in order', async () => {
    const folder = await temporaryFolder();
    const size = 2500;
    const dataset = labelled(
      'rte',
      Array.from({ length: size }, (_, i) => i % 2),
    );
    await writePredictions(folder, [{ dataset, logits: Float32Array.from({ length: 2 * size }, (_, i) => (i * 7) % 5) }]);
    expect((await readAll(folder)).map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, i) => i));
  });

  it('is refused where a line is malformed, with its number', async () => {
    const folder = await temporaryFolder();
    await writePredictions(folder, [{ dataset: labelled('rte', [0]), logits: Float32Array.of(0, 1) }]);
    await appendFile(predictionsFile(folder), '{"task":"rte"}\n');
    const message = expect.stringContaining('predictions.jsonl:2 is malformed');
    await expect(readAll(folder)).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message });
  });
});

describe('an experiment', () => {
  const multi = 'runs/multi/all/seed-1';
  let place: Place;
  let outDir: string;
  let results: ExperimentResults;

  beforeAll(async () => {
    const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
    place = { dataDir, modelDir: await tinyModel(dataDir) };
    outDir = await temporaryFolder();
    ({ results } = await experiment({ ...place, outDir }));
  });

  it('holds every dev example of every task, MNLI on both sets, with what the scores were computed from', async () => {
    const records = await readAll(join(outDir, multi));
    const splits = [...new Set(records.map(({ task, split }) => `${task}.${split}`))];
    expect(splits).toEqual(['rte.dev', 'stsb.dev', 'mnli.dev', 'mnli.dev_mismatched']);
    const accuracy = (task: string, split: string): number => {
      const own = records.filter((record) => record.task === task && record.split === split);
      expect(own.map(({ index }) => index)).toEqual(own.map((_, i) => i));
      return own.filter(({ gold, prediction }) => gold === prediction).length / own.length;
    };
    expect(accuracy('rte', 'dev')).toBe(results.runs[1]?.tasks['rte']?.accuracy);
    expect(accuracy('mnli', 'dev')).toBe(results.runs[1]?.tasks['mnli']?.accuracy);
    expect(accuracy('mnli', 'dev_mismatched')).toBe(results.runs[1]?.mismatched['mnli']?.accuracy);
    const similarity = records.filter(({ task }) => task === 'stsb');
    const numbers = (values: readonly unknown[]): number[] => values.map(Number);
    const correlation = score(
      'pearson',
      numbers(similarity.map(({ prediction }) => prediction)),
      numbers(similarity.map(({ gold }) => gold)),
    );
    expect(correlation.value).toBeCloseTo(results.runs[1]?.tasks['stsb']?.pearson ?? NaN, 4);
  });

  it('is made again by the kept model where it is missing, to the same bytes: nothing is trained', async () => {
    const copy = await temporaryFolder();
    await cp(outDir, copy, { recursive: true });
    await rm(join(copy, multi, 'predictions.jsonl'));
    const again = await experiment({ ...place, outDir: copy });
    expect(started(again.events)).toEqual([]);
    expect(again.results).toEqual(results);
    expect(await weights(copy)).toEqual(await weights(outDir));
  });

  it('is made again where a version that did not look for failed runs left the result, which then has them', async () => {
    const copy = await temporaryFolder();
    await cp(outDir, copy, { recursive: true });
    const file = join(copy, multi, 'result.json');
    const written = await readFile(file, 'utf8');
    const { failed, ...older } = JSON.parse(written) as Record<string, unknown>;
    expect(failed).toEqual(results.runs[1]?.failed);
    await writeFile(file, JSON.stringify(older));
    const again = await experiment({ ...place, outDir: copy });
    expect(started(again.events)).toEqual([]);
    expect(again.results).toEqual(results);
    expect(await readFile(file, 'utf8')).toBe(written);
  });

  it('is not made by a model that scores the same and is another one: the run is trained again', async () => {
    const copy = await temporaryFolder();
    await cp(outDir, copy, { recursive: true });
    await rm(join(copy, multi, 'predictions.jsonl'));
    const heads = join(copy, multi, 'model/heads.safetensors');
    const bytes = await readFile(heads);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 4) ^ 1, bytes.length - 4);
    await writeFile(heads, bytes);
    expect(started((await experiment({ ...place, outDir: copy })).events)).toEqual(['multi/all/seed-1']);
    expect(await weights(copy)).toEqual(await weights(outDir));
  });

  it('is not made by a model that is another than the one that was scored: the run is trained again', async () => {
    const copy = await temporaryFolder();
    await cp(outDir, copy, { recursive: true });
    await rm(join(copy, multi, 'predictions.jsonl'));
    await cp(join(copy, 'runs/single-multi/all/seed-1/model'), join(copy, multi, 'model'), { recursive: true });
    expect(started((await experiment({ ...place, outDir: copy })).events)).toEqual(['multi/all/seed-1']);
    expect(await weights(copy)).toEqual(await weights(outDir));
  });
});
