/** Against the reference's depths in Python (test/fixtures/optim/make_optim.py) and docs/paper.md's two multipliers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decays, layerwiseScales } from '../../src/optim/layerwise.js';

interface Case {
  layers: number;
  alpha: number;
  scales: Record<string, number>;
}
const { layerwise } = JSON.parse(readFileSync(new URL('../fixtures/optim/optim.json', import.meta.url), 'utf8')) as { layerwise: Case[] };

describe('layerwiseScales', () => {
  it.each(layerwise)('follows the reference for L = $layers, alpha = $alpha', ({ layers, alpha, scales }) => {
    const ours = layerwiseScales(Object.keys(scales), { layers, alpha });
    Object.entries(scales).forEach(([name, scale], i) => expect(ours[i], name).toBeCloseTo(scale, 14));
  });

  it("gives docs/paper.md's multipliers of the embeddings", () => {
    const embeddings = (layers: number) => layerwiseScales(['bert.embeddings.position_embeddings.weight'], { layers, alpha: 0.9 })[0] ?? 0;
    expect(embeddings(12).toFixed(4)).toBe('0.2288');
    expect(embeddings(24).toFixed(4)).toBe('0.0646');
  });

  it('tells layer 1 from layer 11', () => {
    const names = ['bert.encoder.layer.1.output.dense.weight', 'bert.encoder.layer.11.output.dense.weight'];
    expect(layerwiseScales(names, { layers: 12, alpha: 0.5 })).toEqual([0.5 ** 12, 0.5 ** 2]);
  });

  it.each([
    'bert.decoder.layer.0.weight',
    'encoder.layer.0.weight',
    'cls.predictions.bias',
    'bert.encoder.layer.x.weight',
    'bert.encoder.layer.12.weight',
    'bert.encoder.layer.-1.weight',
    'heads.cola',
    '',
  ])('refuses %j', (name) => {
    expect(() => layerwiseScales([name], { layers: 12, alpha: 0.9 })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(`'${name}'`) as string }),
    );
  });

  it.each([0, -1, NaN, Infinity])('refuses an alpha of %s', (alpha) => {
    expect(() => layerwiseScales(['heads.cola.classifier.weight'], { layers: 12, alpha })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('1 means no decay') as string }),
    );
  });
});

describe('decays', () => {
  it('leaves out LayerNorm and biases, and nothing else', () => {
    const without = [
      'bert.embeddings.LayerNorm.weight',
      'bert.encoder.layer.0.attention.output.LayerNorm.bias',
      'bert.pooler.dense.bias',
      'heads.rte.classifier.bias',
    ];
    const with_ = [
      'bert.embeddings.word_embeddings.weight',
      'bert.encoder.layer.0.output.dense.weight',
      'bert.pooler.dense.weight',
      'heads.rte.classifier.weight',
    ];
    expect(without.map(decays)).toEqual([false, false, false, false]);
    expect(with_.map(decays)).toEqual([true, true, true, true]);
  });
});
