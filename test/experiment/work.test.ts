import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { planRuns } from '../../src/experiment/arms.js';
import { workOf } from '../../src/experiment/work.js';
import { parseBertConfig } from '../../src/nn/bert-config.js';
import { taskByName } from '../../src/tasks/index.js';
import { PreparedData } from '../../src/train/prepare-data.js';

const bert = parseBertConfig(
  { vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 },
  'config.json',
);

/** A training set of sequences of these lengths. */
function dataOf(lengths: readonly number[]): PreparedData {
  const data = new PreparedData();
  data.add({
    task: taskByName('mnli'),
    split: 'train',
    size: lengths.length,
    totalTokens: lengths.reduce((sum, length) => sum + length, 0),
    hash: '',
    id: String,
    length: (index) => lengths[index] ?? 0,
    tokenIds: (index) => new Int32Array(lengths[index] ?? 0),
    copyTokenIds: () => undefined,
    typeBoundary: () => 0,
    label: () => 0,
  });
  return data;
}

describe('workOf', () => {
  it('counts 6 N Σs + 12 L h Σs² + 6 (h² + h C), by hand for BERT-base and sequences of 10 and 30 tokens', () => {
    const [run] = planRuns(resolveConfig({ set: ['tasks=["mnli"]', 'arms=["single"]', 'single.epochs=2', 'single.batchSize=1'] }));
    const work = workOf(run as NonNullable<typeof run>, dataOf([10, 30]), bert);
    expect(work.steps).toBe(4);
    expect(work.tokens).toBe(80);
    // N = 12 (4 · 768² + 2 · 768 · 3072) = 84,934,656; per epoch 6 N · 40 + 12 · 12 · 768 · 1000 + 2 · 6 (768² + 768 · 3).
    expect(work.flops).toBe(2 * (20_384_317_440 + 110_592_000 + 7_105_536));
  });
});
