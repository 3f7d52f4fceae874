/** The counter-based dropout: rate and scale, independence, the same masks from both implementations, and gradients with dropout on. */
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/native/load.js';
import type { DropoutKey, PackedTokens } from '../../src/native/types.js';
import { Bert } from '../../src/nn/bert.js';
import { readBertConfig } from '../../src/nn/bert-config.js';
import { readSafetensors } from '../../src/nn/safetensors.js';
import { Tensor } from '../../src/tensor/index.js';
import { BERT_FIXTURE_MODEL, packedTokens, readFixture, values } from './fixture.js';

const ROWS = Int32Array.from({ length: 500 }, (_, i) => i);
const COLUMNS = 400;

interface MaskOptions {
  readonly site?: number;
  readonly rows?: Int32Array;
  readonly rate?: number;
  readonly implementation?: 'kernel' | 'operations';
}

function mask(key: DropoutKey, { site = 3, rows = ROWS, rate = 0.1, implementation = 'kernel' }: MaskOptions = {}): Float32Array {
  return Tensor.wrap(loadAddon().dropoutMask({ key, site, rows, columns: COLUMNS, rate, implementation })).data() as Float32Array;
}

const kept = (values: Float32Array): number => values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / values.length;

/** Share of places where two masks agree; 0.82 = 0.9^2 + 0.1^2 for independent ones. */
const agreement = (a: Float32Array, b: Float32Array): number =>
  a.reduce((count, value, i) => count + (value === b[i] ? 1 : 0), 0) / a.length;

describe('the dropout mask', () => {
  it.each([0.1, 0.25, 0.5])('drops at rate %d and scales by 1 / (1 - rate)', (rate) => {
    const drawn = mask({ seed: 1, step: 0 }, { rate });
    const deviation = Math.sqrt((rate * (1 - rate)) / drawn.length);
    expect(Math.abs(kept(drawn) - (1 - rate))).toBeLessThan(5 * deviation);
    expect(new Set(drawn)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  it('drops each row and each column at the rate', () => {
    const drawn = mask({ seed: 2, step: 5 }, { rate: 0.5 });
    for (let r = 0; r < ROWS.length; r++) {
      expect(Math.abs(kept(drawn.subarray(r * COLUMNS, (r + 1) * COLUMNS)) - 0.5)).toBeLessThan(5.5 * Math.sqrt(0.25 / COLUMNS));
    }
    for (let c = 0; c < COLUMNS; c++) {
      const column = Float32Array.from(ROWS, (r) => drawn[r * COLUMNS + c] as number);
      expect(Math.abs(kept(column) - 0.5)).toBeLessThan(5.5 * Math.sqrt(0.25 / ROWS.length));
    }
  });

  it('is independent between seeds, steps, sites and rows', () => {
    const base = mask({ seed: 1, step: 1 });
    const others = [
      mask({ seed: 2, step: 1 }),
      mask({ seed: 1, step: 2 }),
      mask({ seed: 1, step: 1 }, { site: 4 }),
      mask({ seed: 1, step: 1 }, { rows: ROWS.map((r) => r + 500) }),
    ];
    for (const other of others) expect(Math.abs(agreement(base, other) - 0.82)).toBeLessThan(5 * Math.sqrt((0.82 * 0.18) / base.length));
  });

  it('belongs to the row, not to its place in the call', () => {
    const key = { seed: 9, step: 4 };
    const all = mask(key);
    const some = mask(key, { rows: Int32Array.of(41, 7) });
    expect(some.subarray(0, COLUMNS)).toEqual(all.subarray(41 * COLUMNS, 42 * COLUMNS));
    expect(some.subarray(COLUMNS)).toEqual(all.subarray(7 * COLUMNS, 8 * COLUMNS));
  });

  it('is the same from the CPU kernel and from the operations other devices use', () => {
    for (const rate of [0.1, 0.37]) {
      const key = { seed: 2 ** 52 + 3, step: 123456 };
      expect(mask(key, { rate, implementation: 'operations' })).toEqual(mask(key, { rate }));
    }
  });
});

describe('the encoder with dropout on', () => {
  const key = { seed: 11, step: 3 };

  async function encoder(): Promise<Bert> {
    const config = { ...(await readBertConfig(BERT_FIXTURE_MODEL)), hiddenDropout: 0.2, attentionDropout: 0.2 };
    const bert = Bert.create(config, 'cpu', 'float64');
    const { tensors } = await readSafetensors(`${BERT_FIXTURE_MODEL}/model.safetensors`);
    bert.load(new Map([...tensors].map(([name, tensor]) => [`bert.${name}`, tensor])));
    return bert;
  }

  function loss(bert: Bert, tokens: PackedTokens, weight: Tensor): Tensor {
    return bert.forward(tokens, key).pooled.mul(weight).sum();
  }

  it('has gradients that agree with finite differences at the same counter', async () => {
    const bert = await encoder();
    const fixture = await readFixture('encoder');
    const tokens = packedTokens(fixture);
    const weight = Tensor.from(Float64Array.from(values(fixture, 'pooledWeight')), { shape: [8, 32] });
    loss(bert, tokens, weight).backward();
    const tensors = bert.tensors();
    // A power of two, so that value plus and minus the step are exact in the fp32 that parameters are loaded from.
    const step = 2 ** -14;
    for (const name of bert.parameterNames()) {
      if (name.endsWith('attention.self.key.bias')) continue;
      const { shape, data } = tensors.get(name) as { shape: number[]; data: Float32Array };
      const gradient = (bert.parameter(name).grad as Tensor).data() as Float64Array;
      const place = gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best] as number) ? i : best), 0);
      const centre = Math.round((data[place] as number) / step) * step;
      const at = (value: number): number => {
        const changed = Float32Array.from(data);
        changed[place] = value;
        bert.load(new Map(tensors).set(name, { shape, data: changed }));
        return loss(bert, tokens, weight).item();
      };
      const difference = (at(centre + step) - at(centre - step)) / (2 * step);
      bert.load(new Map(tensors));
      expect(difference / (gradient[place] as number), name).toBeCloseTo(1, 2);
    }
  });

  it('differs between counters and from evaluation', async () => {
    const bert = await encoder();
    const tokens = packedTokens(await readFixture('encoder'));
    const pooled = (dropout: DropoutKey | null): string => String(bert.forward(tokens, dropout).pooled.data());
    expect(pooled(key)).toBe(pooled(key));
    expect(pooled({ ...key, step: 4 })).not.toBe(pooled(key));
    expect(pooled(null)).not.toBe(pooled(key));
  });
});
