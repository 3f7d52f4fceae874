/** The example of own tasks, end to end: its data, an experiment with distillation, and what eval, predict and export make of the model. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { readRows } from '../../src/tasks/rows/index.js';
import { runCli, runNode, type CliResult } from './run-cli.js';

const EXAMPLE = 'examples/own-tasks';
const CONFIG = ['--config', `${EXAMPLE}/config.json`];
const LABELS = ['praise', 'complaint', 'question'];

let root: string;
let model: string;
let experiment: CliResult;
let shared: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'bornagain-own-tasks-'));
  shared = [...CONFIG, '--data', `${EXAMPLE}/data`, '--cache', join(root, 'cache')];
  model = join(root, 'out/runs/single-multi/all/seed-1/model');
  // Short, but long enough for the loss to fall: what is asserted is that everything fits together.
  const set = ['arms=["single-multi"]', 'single.epochs=1', 'multi.epochs=1', 'multi.batchSize=32'];
  experiment = await runCli(['run', ...shared, '--model', 'models/tiny-bert', '--out', join(root, 'out'), '--set', ...set]);
}, 60_000);
afterAll(() => {
  rmSync(root, { recursive: true });
});

const results = (): ExperimentResults => JSON.parse(readFileSync(join(root, 'out/results.json'), 'utf8')) as ExperimentResults;
const predict = (task: string, input: string, ...flags: string[]) =>
  runCli(['predict', '--model', model, '--task', task, '--input', '-', '--json', ...flags], input);

it('has the data that its script writes', async () => {
  const made = await runNode(['--import', 'tsx', `${EXAMPLE}/make-data.ts`, join(root, 'data')]);
  expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
  for (const file of ['notes/train.csv', 'notes/dev.csv', 'notes/test.csv', 'alike/train.jsonl', 'alike/dev.jsonl']) {
    expect(readFileSync(join(root, 'data', file)).equals(readFileSync(join(EXAMPLE, 'data', file))), file).toBe(true);
  }
});

it('is run like any other: teachers, a distilled student, scores, table', () => {
  const { code, stdout, stderr } = experiment;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('single-multi/all/seed-1: dev notes accuracy 0.');
  expect(stderr).toMatch(/prepared notes train: 400 examples/);
  expect(stderr).toMatch(/prepared alike train: 1,000 examples/);
  expect(stdout).toMatch(/Notes +│ accuracy/);
  expect(stdout).toMatch(/Alike +│ spearman/);
  const [run] = results().runs;
  expect(Object.keys(run?.tasks['notes'] ?? {})).toEqual(['accuracy', 'matthews']);
  expect(Object.keys(run?.tasks['alike'] ?? {})).toEqual(['pearson', 'spearman']);
  const { notes, alike } = run?.tasks ?? {};
  expect(run?.average).toBeCloseTo(((notes?.accuracy ?? 0) + (alike?.spearman ?? 0)) / 2, 12);
});

it('goes together with tasks of GLUE, its files anywhere', async () => {
  const files = { train: resolve(EXAMPLE, 'data/notes/train.csv'), dev: resolve(EXAMPLE, 'data/notes/dev.csv') };
  const set = ['--set', 'tasks=["rte","notes"]', `customTasks.notes.files=${JSON.stringify(files)}`];
  const data = ['--data', 'data/mini-glue', '--cache', join(root, 'both')];
  const { stdout } = await runCli(['prepare', ...CONFIG, ...data, '--model', 'models/tiny-bert', '--json', ...set]);
  const { splits } = JSON.parse(stdout) as { splits: { task: string; split: string; size: number }[] };
  expect(splits.map(({ task, split, size }) => [task, split, size])).toEqual([
    ['rte', 'train', 220],
    ['rte', 'dev', 300],
    ['notes', 'train', 400],
    ['notes', 'dev', 200],
  ]);
});

it('warns of a task that is described and not trained, and stops where tasks was forgotten', async () => {
  const prepare = ['prepare', ...shared, '--model', 'models/tiny-bert'];
  const some = await runCli([...prepare, '--set', 'tasks=["notes"]']);
  expect(some.stderr).toContain('warning: customTasks describes alike, and tasks does not name it: not trained\n');
  expect(some.code).toBe(0);
  const { tasks, ...rest } = JSON.parse(readFileSync(`${EXAMPLE}/config.json`, 'utf8')) as { tasks: string[] };
  const forgotten = join(root, 'forgotten.json');
  writeFileSync(forgotten, JSON.stringify(rest));
  const none = await runCli([...prepare, '--config', forgotten]);
  expect(none.stderr).toContain(`error: customTasks describes ${tasks.join(', ')}, but tasks does not name them: add "tasks": `);
  expect([none.code, none.stdout]).toEqual([2, '']);
});

describe('eval', () => {
  it('gives the scores of the run, of all its tasks', async () => {
    const { stdout, code } = await runCli(['eval', '--model', model, ...shared, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(results().runs[0]?.tasks);
  });

  it('scores a labelled test file, of the task that has one', async () => {
    const { stdout } = await runCli(['eval', '--model', model, ...shared, '--split', 'test', '--json']);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['notes']);
  });

  it('needs the configuration', async () => {
    const { stderr, code } = await runCli(['eval', '--model', model, '--data', `${EXAMPLE}/data`]);
    expect(stderr).toContain('error: the files of notes are described in the configuration it was trained with (customTasks)');
    expect(code).toBe(2);
  });

  it('refuses labels in another order than the model learnt', async () => {
    const set = ['--set', `customTasks.notes.labels=${JSON.stringify([...LABELS].reverse())}`];
    const { stderr, code } = await runCli(['eval', '--model', model, ...shared, ...set, '--tasks', 'notes']);
    expect(stderr).toContain(`the model's head for notes has the labels ${LABELS.join(', ')}, the task notes has the labels question`);
    expect(code).not.toBe(0);
  });
});

describe('predict', () => {
  it('knows labels and texts from the model alone', async () => {
    const { stdout, code } = await predict('notes', 'The room was dirty, and the cook was awful.\n');
    expect(code).toBe(0);
    const { label, probabilities } = JSON.parse(stdout) as { label: string; probabilities: number[] };
    expect(LABELS.indexOf(label)).toBe(probabilities.indexOf(Math.max(...probabilities)));
    expect(probabilities).toHaveLength(LABELS.length);
  });

  it('gives scores in the range of the task', async () => {
    const { stdout } = await predict('alike', 'The cab was lovely.\tThe taxi was superb.\n');
    const { score, logits } = JSON.parse(stdout) as { score: number; logits: [number] };
    expect(score).toBeCloseTo(10 * logits[0], 5);
  });

  it('reads a file by the columns that the configuration names, a prediction for each row', async () => {
    const input = ['--input', `${EXAMPLE}/data/notes/test.csv`];
    const flags = ['predict', '--model', model, '--task', 'notes', ...input];
    const { stdout, code } = await runCli([...flags, ...CONFIG]);
    expect(code).toBe(0);
    const predicted = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]);
    const gold: (string | undefined)[] = [];
    for await (const rows of readRows(`${EXAMPLE}/data/notes/test.csv`, 'csv', ['kind'])) {
      gold.push(...rows.map((row) => ('cells' in row ? String(row.cells[0]) : undefined)));
    }
    const scored = await runCli(['eval', '--model', model, ...shared, '--split', 'test', '--tasks', 'notes', '--json']);
    const { notes } = JSON.parse(scored.stdout) as { notes: { accuracy: number } };
    expect(predicted.filter((label, row) => label === gold[row]).length / gold.length).toBeCloseTo(notes.accuracy, 12);
    expect(predicted).toHaveLength(gold.length);
    const refused = await runCli(flags);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('Give the configuration that describes the task (--config)');
  });

  it('says how many texts a line must have', async () => {
    const { stderr, code } = await predict('notes', 'one\ttwo\n');
    expect(stderr).toContain('stdin:1: notes takes one text without a tab, this line has 2 fields');
    expect(code).toBe(1);
    expect((await predict('alike', 'one\n')).stderr).toContain('stdin:1: alike takes two texts separated by one tab');
  });

  it("names the model where its run's folder is given, before it looks for the task", async () => {
    const flags = ['--task', 'notes', '--input', '-'];
    const hint = `is no Hugging Face model folder: it has no readable config.json. Did you mean ${model}?`;
    const out = join(root, 'never');
    for (const args of [
      ['predict', ...flags],
      ['run', ...shared, '--out', out],
    ]) {
      const run = await runCli([...args, '--model', join(model, '..')]);
      expect([run.code, run.stdout]).toEqual([1, '']);
      expect(run.stderr).toContain(hint);
    }
  });

  it('names the nearest task where there is no such task', async () => {
    const { stderr, code } = await predict('nots', 'x\n');
    expect(stderr).toContain("unknown task 'nots'; did you mean 'notes'?");
    expect(code).toBe(2);
  });
});

it('is exported as a classifier of Transformers, and read again, by what its folder says or by the configuration', async () => {
  const line = 'The room was dirty, and the cook was awful.\n';
  expect((await runCli(['export', '--model', model, '--out', join(root, 'exported'), '--task', 'notes,alike'])).code).toBe(0);
  const there = (task: string, input: string, ...more: string[]) =>
    runCli(['predict', '--model', join(root, 'exported', task), '--task', task, '--input', '-', '--json', ...more], input);
  const here = await predict('notes', line);
  expect(here.code).toBe(0);
  expect((await there('notes', line)).stdout).toBe(here.stdout);
  expect((await there('notes', line, ...CONFIG)).stdout).toBe(here.stdout);
  const pair = 'The cab was lovely.\tThe taxi was superb.\n';
  expect((await there('alike', pair)).stdout).toBe((await predict('alike', pair)).stdout);
});
