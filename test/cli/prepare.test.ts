/** `prepare` from end to end: official TSV files in, Arrow files out, and what a user is told about bad rows. Needs no native code. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];
const MODEL = {
  model_type: 'bert',
  vocab_size: VOCABULARY.length,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 32,
  type_vocab_size: 2,
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bornagain-prepare-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model', 'config.json'), JSON.stringify(MODEL));
  writeFileSync(join(root, 'model', 'vocab.txt'), `${VOCABULARY.join('\n')}\n`);
  mkdirSync(join(root, 'data', 'RTE'), { recursive: true });
  const header = 'index\tsentence1\tsentence2\tlabel\n';
  writeFileSync(join(root, 'data', 'RTE', 'train.tsv'), `${header}0\tab\tc\tentailment\n1\tab\tmaybe\n2\ta\tb\tnot_entailment\n`);
  writeFileSync(join(root, 'data', 'RTE', 'dev.tsv'), `${header}0\tab\tc\tentailment\n`);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const prepare = (...more: string[]) =>
  runCli(['prepare', '--data', join(root, 'data'), '--model', join(root, 'model'), '--set', 'tasks=["rte"]', 'data.maxLength=16', ...more]);

it('stops at a bad row with file and line', async () => {
  const { code, stdout, stderr } = await prepare();
  expect(stderr).toContain(`error: ${join(root, 'data', 'RTE', 'train.tsv')}:3: too few fields`);
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

it('leaves bad rows out where asked to, counted and listed, and keeps the tokens below the data', async () => {
  const { code, stdout, stderr } = await prepare('--skip-bad-rows');
  expect(stderr).toContain('prepared rte train: 2 examples');
  expect(stderr).toContain('left out 1 malformed row (line 3: too few fields');
  expect(stdout).toBe(`Tokenised data: ${join(root, 'data', '.cache')}\n`);
  expect(readdirSync(join(root, 'data', '.cache')).filter((name) => name.endsWith('.arrow'))).toHaveLength(2);
  expect(code).toBe(0);
});

it("prepares the tasks of variants in use too, those that 'run' trains", async () => {
  const variants = [`variants.other=${JSON.stringify({ arm: 'single', set: ['tasks=["wnli"]'] })}`];
  const { code, stderr } = await prepare(...variants, 'arms=["single","other"]', '--skip-bad-rows');
  expect(stderr).toContain('WNLI/train.tsv is missing');
  expect(code).toBe(1);
  expect((await prepare(...variants, 'arms=["single"]', '--skip-bad-rows')).code).toBe(0);
});

it('prints one JSON object with --json', async () => {
  const cache = join(root, 'cache');
  const { code, stdout } = await prepare('--skip-bad-rows', '--cache', cache, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    cacheDir: cache,
    splits: [
      { task: 'rte', split: 'train', size: 2, tokens: 6 + 5, seconds: expect.any(Number) as number },
      { task: 'rte', split: 'dev', size: 1, tokens: 6, seconds: expect.any(Number) as number },
    ],
  });
});

it('refuses a length the model has no positions for', async () => {
  const { code, stderr } = await prepare('--set', 'data.maxLength=64');
  expect(stderr).toContain('error: data.maxLength is 64, but the model has 32 positions');
  expect(code).toBe(1);
});
