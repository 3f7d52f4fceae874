/** The cards of written folders: how the teachers were annealed, how many texts a reader has to pass, and how pairs were cut. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBertConfig } from '../../src/nn/bert-config.js';
import type { HeadSpec } from '../../src/nn/head.js';
import { readHeadsFile, writeHeadsFile, type ModelInfo } from '../../src/nn/heads-file.js';
import { exportCard, modelCard } from '../../src/nn/model-card.js';

type Distillation = NonNullable<ModelInfo['made']>['distillation'];

const HEAD: HeadSpec = {
  task: 'sst2',
  kind: 'classification',
  labels: ['negative', 'positive'],
  scoreRange: null,
  activation: 'linear',
  dropout: 0.1,
};
const sizes = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8, max_position_embeddings: 16 };
const config = parseBertConfig({ vocab_size: 9, ...sizes }, 'the test');

const infoOf = (distillation: Distillation): ModelInfo => ({
  ...{ arm: 'single-multi', seed: 1, tasks: ['sst2'], preset: 'custom', maxLength: 16, truncation: 'reference', scores: {} },
  made: {
    encoder: { name: 'bert', hash: 'abc' },
    training: { steps: 10, batchSize: 8, learningRate: 1e-4, layerDecay: 0.9 },
    distillation,
    departures: {},
  },
});

describe('a card', () => {
  it.each<[string, Distillation]>([
    ['linear, lambda 0 to 1', { tasks: ['sst2'], annealing: 'linear', lambda: null, switchAt: null }],
    ['half a cosine, lambda 0 to 1', { tasks: ['sst2'], annealing: 'cosine', lambda: null, switchAt: null }],
    ['lambda 0, then 1 from 0.3 of the steps', { tasks: ['sst2'], annealing: 'step', lambda: null, switchAt: 0.3 }],
    ['none, lambda 0.5', { tasks: ['sst2'], annealing: 'constant', lambda: 0.5, switchAt: null }],
    // Of a model written before the annealing was kept.
    ['lambda 0 to 1', { tasks: ['sst2'], lambda: null }],
    ['none, lambda 0.25', { tasks: ['sst2'], lambda: 0.25 }],
  ])('says how the teachers were annealed: %s', async (words, distillation) => {
    const folder = await mkdtemp(join(tmpdir(), 'bornagain-card-'));
    await writeHeadsFile(folder, { heads: [HEAD], info: infoOf(distillation) });
    const info = (await readHeadsFile(folder))?.info;
    await rm(folder, { recursive: true });
    expect(info).toEqual(infoOf(distillation));
    expect(modelCard({ config, info: info as ModelInfo, licence: null }, [HEAD])).toContain(`; teacher annealing: ${words}. Lambda is`);
  });

  it.each([
    [1, 'tokenizer("text", truncation=True'],
    [2, 'tokenizer("first text", "second text", truncation=True'],
    [undefined, 'tokenizer("first text", "second text", truncation=True'],
  ] as const)('of an exported head of %s texts passes as many to the tokeniser', (texts, call) => {
    expect(exportCard({ config, info: infoOf(null), licence: null }, { ...HEAD, texts })).toContain(call);
  });

  it('of an exported head of pairs says where Transformers cuts otherwise', () => {
    const card = (change: Partial<ModelInfo>, texts: 1 | 2) =>
      exportCard({ config, info: { ...infoOf(null), maxLength: 128, ...change }, licence: null }, { ...HEAD, texts });
    const words = 'trained on 63 and 62 tokens (`data.truncation=reference`); the tokeniser here keeps 62 and 63';
    expect(card({}, 2)).toContain(words);
    for (const same of [card({}, 1), card({ truncation: 'longest_first' }, 2), card({ maxLength: 127 }, 2)])
      expect(same).not.toContain('data.truncation');
  });
});
