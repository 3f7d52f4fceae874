import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenizeExamples } from '../../src/data/tokenize.js';
import type { TokenizedDataset } from '../../src/data/types.js';
import { TeacherEnsemble } from '../../src/distill/ensemble.js';
import { mixedTargets } from '../../src/distill/targets.js';
import { TeacherOutputs, writeTeacherOutputs } from '../../src/distill/teacher-store.js';
import { taskByName } from '../../src/tasks/index.js';
import { fixtureTokenizer } from '../data/small-glue.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teacher-'));
  path = join(folder, 'rte.arrow');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function dataset(ids: readonly string[], task = 'rte', text = 'film'): Promise<TokenizedDataset> {
  const examples = ids.map((id) => ({ id, textA: text, textB: id, label: 0 }));
  return tokenizeExamples(
    examples,
    await fixtureTokenizer(),
    { maxLength: 32, truncation: 'reference' },
    { task: taskByName(task), split: 'train' },
  );
}

/** A dataset of the same hash whose rows are in another order, as no honest run makes it. */
function posingAs(rows: TokenizedDataset, hash: string): TokenizedDataset {
  return {
    task: rows.task,
    split: rows.split,
    size: rows.size,
    totalTokens: rows.totalTokens,
    hash,
    id: (index) => rows.id(index),
    length: (index) => rows.length(index),
    tokenIds: (index) => rows.tokenIds(index),
    copyTokenIds: (index, target, start) => rows.copyTokenIds(index, target, start),
    typeBoundary: (index) => rows.typeBoundary(index),
    label: (index) => rows.label(index),
  };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `train-${i}`);
const TWO_CLASSES = Float32Array.of(0.5, -0.5, 1.25, 3, -7, 2);

async function openingFault(rows: TokenizedDataset, teacherHash = 'teacher'): Promise<string> {
  const error: unknown = await TeacherOutputs.open(path, { teacherHash, dataset: rows }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_TEACHER_LOGITS', details: { path } });
  return (error as Error).message;
}

describe('TeacherOutputs', () => {
  it('gives back what was written, example by example', async () => {
    const rows = await dataset(numbered(3));
    await writeTeacherOutputs(path, 'teacher', rows, TWO_CLASSES);
    const outputs = await TeacherOutputs.open(path, { teacherHash: 'teacher', dataset: rows });
    expect(outputs.width).toBe(2);
    expect([0, 1, 2].map((index) => [...outputs.logits(index)])).toEqual([
      [0.5, -0.5],
      [1.25, 3],
      [-7, 2],
    ]);
    for (const index of [-1, 3, 0.5])
      expect(() => outputs.logits(index)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('keeps a regression teacher’s scalar raw', async () => {
    const rows = await dataset(numbered(2), 'stsb');
    await writeTeacherOutputs(path, 'teacher', rows, Float32Array.of(-0.25, 1.5));
    const outputs = await TeacherOutputs.open(path, { teacherHash: 'teacher', dataset: rows });
    const target = new Float32Array(1);
    mixedTargets([rows], [new TeacherEnsemble('regression', [outputs])], 0).write({ task: 0, index: 1 }, target);
    expect(target[0]).toBe(1.5);
  });

  it('lines rows up by id, over several record batches', async () => {
    const ids = numbered(20_000);
    const rows = await dataset(ids);
    const logits = Float32Array.from({ length: 40_000 }, (_, i) => i);
    await writeTeacherOutputs(path, 'teacher', rows, logits);
    const reversed = posingAs(await dataset([...ids].reverse()), rows.hash);
    const outputs = await TeacherOutputs.open(path, { teacherHash: 'teacher', dataset: reversed });
    expect([...outputs.logits(0)]).toEqual([39_998, 39_999]);
    expect([...outputs.logits(19_999)]).toEqual([0, 1]);
    expect([...outputs.logits(7_999)]).toEqual([24_000, 24_001]);
  });

  it('refuses another teacher’s outputs and another task’s', async () => {
    const rows = await dataset(numbered(3));
    await writeTeacherOutputs(path, 'teacher', rows, TWO_CLASSES);
    expect(await openingFault(rows, 'another')).toMatch(/another teacher \(teacher\) than this run's \(another\)/);
    expect(await openingFault(await dataset(numbered(3), 'wnli'))).toMatch(/another task \(rte\)/);
  });

  it('counts and shows missing and extra ids', async () => {
    await writeTeacherOutputs(path, 'teacher', await dataset(numbered(3)), TWO_CLASSES);
    expect(await openingFault(await dataset(numbered(10)))).toContain(
      '7 examples without outputs (train-3, train-4, train-5, train-6, train-7, …)',
    );
    expect(await openingFault(await dataset(['train-0', 'train-1']))).toContain('1 output for an unknown example (train-2)');
    expect(await openingFault(await dataset(['train-0', 'train-1', 'other']))).toMatch(
      /without outputs \(other\).*unknown example \(train-2\)/,
    );
  });

  it('refuses outputs for data that have changed under the same ids', async () => {
    await writeTeacherOutputs(path, 'teacher', await dataset(numbered(3)), TWO_CLASSES);
    expect(await openingFault(await dataset(numbered(3), 'rte', 'movie'))).toMatch(/another data/);
  });

  it('refuses repeated ids and a wrong number of outputs', async () => {
    await writeTeacherOutputs(path, 'teacher', await dataset(['train-0', 'train-1', 'train-1']), TWO_CLASSES);
    expect(await openingFault(await dataset(numbered(2)))).toContain('1 repeated example (train-1)');
    const rte = taskByName('rte');
    const three = { ...rte, labels: [...rte.labels, 'third'] };
    const wide = await tokenizeExamples(
      [{ id: 'train-0', textA: 'a', textB: 'b', label: 0 }],
      await fixtureTokenizer(),
      { maxLength: 32, truncation: 'reference' },
      {
        task: three,
        split: 'train',
      },
    );
    await writeTeacherOutputs(path, 'teacher', wide, Float32Array.of(1, 2, 3));
    expect(await openingFault(await dataset(['train-0']))).toContain('1 example whose outputs are not 2 (train-0)');
  });

  it('refuses a missing and a damaged file', async () => {
    const rows = await dataset(numbered(3));
    expect(await openingFault(rows)).toMatch(/cannot read/);
    await writeTeacherOutputs(path, 'teacher', rows, TWO_CLASSES);
    truncateSync(path, readFileSync(path).length - 20);
    expect(await openingFault(rows)).toMatch(/no complete Arrow file/);
  });

  it('writes no wrong length and nothing that is not finite', async () => {
    const rows = await dataset(numbered(3));
    const writing = (logits: Float32Array) => writeTeacherOutputs(path, 'teacher', rows, logits);
    await expect(writing(new Float32Array(5))).rejects.toMatchObject({ code: 'ERR_TEACHER_LOGITS' });
    await expect(writing(Float32Array.of(0, 0, 0, Number.NaN, 0, 0))).rejects.toMatchObject({
      message: expect.stringContaining('train-1') as string,
    });
    expect(await openingFault(rows)).toMatch(/cannot read/);
  });
});
