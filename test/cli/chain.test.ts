/**
 * The native commands from end to end, as a user calls them: run, interrupted and continued, then eval, predict and train on what it left.
 * The encoder is the fixture of test/fixtures/bert with a vocabulary of letters; it need not learn, only agree with itself.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { runCli, type CliResult } from './run-cli.js';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];
const SETTINGS = [
  'tasks=["rte","stsb"]',
  'data.maxLength=40',
  'single.epochs=0.2',
  'multi.epochs=4',
  'multi.batchSize=16',
  'multi.learningRate=1e-3',
  'runtime.threads=1',
];

let root: string;
let model: string;
let out: string;
let whole: CliResult;

const shared = (): string[] => ['--data', 'data/mini-glue', '--cache', join(root, 'cache'), '--set', ...SETTINGS];
const run = (folder: string): string[] => ['run', '--model', model, '--out', join(root, folder), ...shared()];
const readResults = (folder: string): ExperimentResults =>
  JSON.parse(readFileSync(join(root, folder, 'results.json'), 'utf8')) as ExperimentResults;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'bornagain-chain-'));
  model = join(root, 'encoder');
  out = join(root, 'whole');
  cpSync('test/fixtures/bert/model', model, { recursive: true });
  writeFileSync(join(model, 'vocab.txt'), `${VOCABULARY.join('\n')}\n`);
  whole = await runCli([...run('whole'), '--json']);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Runs until a step of the multi-task model is logged, then asks it to stop: it waits for a fact, so no machine is too slow or too fast. */
async function interruptMulti(folder: string): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...run(folder)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const log = join(root, folder, 'runs', 'multi', 'all', 'seed-1', 'steps.jsonl');
  const timer = setInterval(() => {
    if (!existsSync(log) || statSync(log).size === 0) return;
    clearInterval(timer);
    child.kill('SIGINT');
  }, 5);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  return { code, stderr };
}

describe('run', () => {
  it('prints results.json and nothing else on stdout with --json', () => {
    expect(whole.stderr).toContain('4 models to train');
    expect(whole.code).toBe(0);
    expect(JSON.parse(whole.stdout)).toEqual(readResults('whole'));
    expect(readResults('whole').summary.map(({ arm, n }) => [arm, n])).toEqual([
      ['single', 1],
      ['multi', 1],
      ['single-multi', 1],
    ]);
  });

  it('ends with 130 at Ctrl-C, goes on where it stopped, and comes to the same results', async () => {
    const { code, stderr } = await interruptMulti('halted');
    expect(stderr).toContain(`interrupted; what was done is kept in ${join(root, 'halted')}; the same command goes on from there\n`);
    expect(code).toBe(130);
    const { code: second, stdout, stderr: log } = await runCli(run('halted'));
    expect(log).toMatch(/4 models, 2 of them finished by an earlier call/);
    expect(log).toMatch(/multi\/all\/seed-1: 168 steps, continued at step \d+/);
    expect(second).toBe(0);
    expect(readResults('halted')).toEqual(readResults('whole'));
    expect(stdout).toContain('│ RTE          │ accuracy');
    expect(stdout).toContain('│ Average of 2 │');
    expect(stdout).toContain(`Results: ${join(root, 'halted', 'results.json')}\n`);
  });

  it('refuses the folder of another experiment and leaves it as it is', async () => {
    const before = readFileSync(join(out, 'results.json'));
    const { code, stderr } = await runCli([...run('whole'), '--set', 'multi.epochs=5']);
    expect(stderr).toMatch(/^error: .*whole belongs to another experiment.*multi\.epochs is 4 there and 5 here/m);
    expect(code).toBe(2);
    expect(readFileSync(join(out, 'results.json'))).toEqual(before);
  });
});

describe('what a run leaves behind', () => {
  const trained = (): string => join(out, 'runs', 'multi', 'all', 'seed-1', 'model');

  it('eval gives the scores of results.json again', async () => {
    const { code, stdout } = await runCli(['eval', '--model', trained(), ...shared(), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(readResults('whole').runs.find(({ arm }) => arm === 'multi')?.tasks);
  });

  it('predict answers each line of a file, with probabilities, as eval scored it', async () => {
    const rows = readFileSync('data/mini-glue/RTE/dev.tsv', 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'));
    writeFileSync(join(root, 'dev.tsv'), rows.map(([, a, b]) => `${a}\t${b}\n`).join(''));
    const file = join(root, 'predictions.tsv');
    const { code, stdout } = await runCli([
      'predict',
      '--model',
      trained(),
      '--task',
      'rte',
      '--input',
      join(root, 'dev.tsv'),
      '--output',
      file,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const predicted = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const right = predicted.filter(([label], row) => label === rows[row]?.[3]).length;
    const accuracy = readResults('whole').runs.find(({ arm }) => arm === 'multi')?.tasks['rte']?.accuracy;
    expect(predicted).toHaveLength(rows.length);
    expect(right / rows.length).toBe(accuracy);
    for (const [, first, second] of predicted) expect(Number(first) + Number(second)).toBeCloseTo(1, 6);
  });

  it('predict stops at a bad line of stdin with its number, after the answers to the lines before', async () => {
    const { code, stdout, stderr } = await runCli(['predict', '--model', trained(), '--task', 'stsb', '--input', '-'], 'a b\tc\nno pair\n');
    expect(stdout).toMatch(/^[\d.]+\n$/);
    expect(stderr).toContain('error: stdin:2: STS-B takes two texts separated by one tab, this line has 1 field');
    expect(code).toBe(1);
  });

  it('its single-task models teach a student of `train --arm distilled`', async () => {
    const teachers = join(out, 'runs', 'single');
    const train = [
      'train',
      '--arm',
      'distilled',
      '--tasks',
      'rte,stsb',
      '--teachers',
      teachers,
      '--model',
      model,
      '--out',
      join(root, 'student'),
    ];
    const { code, stdout } = await runCli([...train, ...shared(), '--set', 'multi.epochs=0.2', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ arm: 'distilled', seed: 1, model: join(root, 'student', 'model') });
  });
});
