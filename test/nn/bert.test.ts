/** The encoder against Transformers' BertModel: outputs and the gradient of every parameter, mixed lengths in one batch. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder, type OpenedModel } from '../../src/nn/model-folder.js';
import { Tensor } from '../../src/tensor/index.js';
import { BERT_FIXTURE_MODEL, packedTokens, readFixture, relativeError, values, type Tensors } from './fixture.js';

describe('the BERT encoder', () => {
  let fixture: Tensors;
  let model: OpenedModel;

  beforeAll(async () => {
    fixture = await readFixture('encoder');
    model = await openModelFolder(BERT_FIXTURE_MODEL, { device: 'cpu', dropout: null });
  });
  afterAll(() => model.bert.dispose());

  it("gives Transformers' hidden states and pooled vectors", () => {
    const { hiddenStates, pooled } = model.bert.forward(packedTokens(fixture));
    expect(relativeError(hiddenStates.data() as Float32Array, values(fixture, 'hiddenStates'))).toBeLessThan(1e-5);
    expect(relativeError(pooled.data() as Float32Array, values(fixture, 'pooled'))).toBeLessThan(1e-5);
  });

  it("gives Transformers' gradient of every parameter", () => {
    const { hiddenStates, pooled } = model.bert.forward(packedTokens(fixture));
    const weight = (name: string, shape: readonly number[]): Tensor => Tensor.from(values(fixture, name), { shape });
    const loss = hiddenStates
      .mul(weight('hiddenWeight', hiddenStates.shape))
      .sum()
      .add(pooled.mul(weight('pooledWeight', pooled.shape)).sum());
    loss.backward();
    const names = model.bert.parameterNames();
    expect(names).toHaveLength(5 + 3 * 16 + 2);
    for (const name of names) {
      const gradient = model.bert.parameter(name).grad;
      expect(gradient, name).not.toBeNull();
      const actual = (gradient as Tensor).data() as Float32Array;
      const expected = values(fixture, `gradient.${name}`);
      if (name.endsWith('attention.self.key.bias')) {
        // Softmax does not see a shift of all scores, so this gradient is zero but for rounding.
        expect(Math.max(...actual.map(Math.abs)), name).toBeLessThan(1e-4);
      } else {
        expect(relativeError(actual, expected), name).toBeLessThan(1e-5);
      }
    }
  });

  it('gives each sequence the same vectors whatever stands beside it in the batch', () => {
    const { tokenIds, typeIds, offsets } = packedTokens(fixture);
    const together = model.bert.forward({ tokenIds, typeIds, offsets }).pooled.data() as Float32Array;
    const hidden = model.config.hiddenSize;
    for (let b = 0; b + 1 < offsets.length; b++) {
      const [begin, end] = [offsets[b] as number, offsets[b + 1] as number];
      const alone = model.bert.forward({
        tokenIds: tokenIds.slice(begin, end),
        typeIds: typeIds.slice(begin, end),
        offsets: Int32Array.of(0, end - begin),
      });
      expect(relativeError(alone.pooled.data() as Float32Array, together.subarray(b * hidden, (b + 1) * hidden))).toBeLessThan(2e-6);
    }
  });

  it('refuses what does not fit the model, naming the sequence', () => {
    const forward = (tokenIds: number[], offsets: number[]) => () =>
      model.bert.forward({
        tokenIds: Int32Array.from(tokenIds),
        typeIds: new Uint8Array(tokenIds.length),
        offsets: Int32Array.from(offsets),
      });
    expect(forward([5, 6, 97], [0, 1, 3])).toThrow(
      expect.objectContaining({ code: 'ERR_VOCABULARY', message: expect.stringContaining('sequence 1') }),
    );
    expect(forward(Array<number>(41).fill(5), [0, 41])).toThrow(expect.objectContaining({ code: 'ERR_SEQUENCE_TOO_LONG' }));
    expect(forward([5, 6], [0, 1])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(forward([5, 6], [0, 0, 2])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(forward([], [0])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
