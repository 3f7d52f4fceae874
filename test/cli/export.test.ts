/** Models across the border by the command line: a classifier of Transformers answers, and what was exported answers the same. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { taskByName } from '../../src/tasks/index.js';
import { runCli } from './run-cli.js';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];
const INPUT = 'a dog\tan ox\nno one\tall men\n';

let root: string;
const place = (name: string): string => join(root, name);
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'bornagain-cli-export-'));
  for (const name of ['sharded-classifier', 'bin-classifier']) {
    cpSync(join('test/fixtures/model-import', name), place(name), { recursive: true });
    writeFileSync(join(place(name), 'vocab.txt'), `${VOCABULARY.join('\n')}\n`);
  }
  const from = place('sharded-classifier');
  const { bert, heads } = await openModelFolder(from, { device: 'cpu', dropout: null, classifierTask: taskByName('mnli') });
  const info = { arm: 'multi', seed: 1, tasks: ['mnli'], preset: 'custom', maxLength: 20, truncation: 'reference' as const, scores: {} };
  await writeModelFolder(place('model'), { bert, heads, tokenizerFrom: from, info });
  for (const module of [bert, ...heads]) module.dispose();
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const predict = (model: string, task: string) =>
  runCli(['predict', '--model', place(model), '--task', task, '--input', '-', '--logits'], INPUT);

describe('a classifier of Transformers', () => {
  it('answers as the model folder and the export made of it do, also for the task that borrows its head', async () => {
    const { stdout, code, stderr } = await predict('sharded-classifier', 'mnli');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^(contradiction|entailment|neutral)(\t-?[\d.e-]+){3}\n/);
    expect((await predict('model', 'mnli')).stdout).toBe(stdout);
    const exported = await runCli(['export', '--model', place('model'), '--out', place('out'), '--task', 'mnli', '--json']);
    expect(JSON.parse(exported.stdout)).toMatchObject([{ task: 'mnli', folder: join(place('out'), 'mnli') }]);
    expect((await predict('out/mnli', 'ax')).stdout).toBe(stdout);
  });

  it('warns on stderr which unnamed label it took for which', async () => {
    const { code, stdout, stderr } = await predict('bin-classifier', 'rte');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*LABEL_0 as entailment, LABEL_1 as not_entailment/);
    expect(stdout.split('\n')).toHaveLength(3);
  });

  /** Accuracy counted by hand from predictions of the set's lines. */
  async function counted(set: string): Promise<number> {
    const lines = readFileSync(`data/mini-glue/MNLI/${set}.tsv`, 'utf8').trimEnd().split('\n').slice(1);
    const rows = lines.map((line) => line.split('\t'));
    const input = rows.map((fields) => `${fields[8]}\t${fields[9]}\n`).join('');
    const { stdout } = await runCli(['predict', '--model', place('sharded-classifier'), '--task', 'mnli', '--input', '-'], input);
    const predictions = stdout.trimEnd().split('\n');
    return predictions.filter((line, i) => line.split('\t')[0] === rows[i]?.at(-1)).length / rows.length;
  }

  it('is scored on its task, both sets of MNLI, and without one is refused with what to say', async () => {
    const evaluate = (...more: string[]) =>
      runCli(['eval', '--model', place('sharded-classifier'), '--data', 'data/mini-glue', '--cache', place('cache'), ...more]);
    const scored = await evaluate('--tasks', 'mnli', '--json');
    expect(scored.code).toBe(0);
    expect(JSON.parse(scored.stdout)).toEqual({
      mnli: { accuracy: await counted('dev_matched') },
      mismatched: { mnli: { accuracy: await counted('dev_mismatched') } },
    });
    const { stdout } = await evaluate('--tasks', 'mnli');
    expect(stdout).toMatch(/^mnli +accuracy 0\.\d{4}\nmnli mismatched  accuracy 0\.\d{4}\n$/);
    const unnamed = await evaluate();
    expect(unnamed.code).toBe(1);
    expect(unnamed.stderr).toContain('Name the task it is of (--tasks NAME)');
  });

  it('is refused for a task of other labels, both sets named, and cannot be exported', async () => {
    const refused = await predict('sharded-classifier', 'rte');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      "the model's labels are entailment, neutral, contradiction, those of rte are entailment, not_entailment",
    );
    const { code, stderr } = await runCli(['export', '--model', place('bin-classifier'), '--out', place('none')]);
    expect(code).toBe(1);
    expect(stderr).toContain('no model that bornagain trained');
  });
});
