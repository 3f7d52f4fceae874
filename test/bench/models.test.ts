import { describe, expect, it } from 'vitest';
import { firstTokenFlops, linearShapes, MODELS, trainingFlops } from '../../bench/lib/models.js';

/** Operations of one product [n, k] × [k, m], counted by the textbook. */
const product = (n: number, k: number, m: number): number => 2 * n * k * m;

/** A forward pass layer by layer, product by product: what the closed formulas must be a third of. */
function forward(
  lengths: readonly number[],
  { layers, hidden: h, heads, intermediate: f }: (typeof MODELS)['tiny' | 'mini' | 'base'],
  lastLayer: 'all tokens' | '[CLS]' | '[CLS] without keys and values',
): number {
  let flops = 0;
  for (const s of lengths) {
    for (let layer = 0; layer < layers; layer += 1) {
      const last = layer === layers - 1 ? lastLayer : 'all tokens';
      const asked = last === 'all tokens' ? s : 1;
      flops += product(asked, h, h); // query
      if (last === '[CLS] without keys and values') {
        flops += heads * (product(1, h / heads, h) + product(1, h, h / heads)); // a head's query times Wk; the mean token times Wv
        flops += product(heads, h, s) + product(heads, s, h); // scores of tokens, and their mean
      } else {
        flops += 2 * product(s, h, h); // key and value
        flops += product(asked, h, s) + product(asked, s, h); // scores and context, all heads
      }
      flops += product(asked, h, h) + product(asked, h, f) + product(asked, f, h);
    }
    flops += product(1, h, h) + product(1, h, 3); // pooler and classifier
  }
  return flops;
}

describe('training FLOPs', () => {
  it.each(['tiny', 'mini', 'base'] as const)('of %s are three times a forward pass counted product by product', (name) => {
    const lengths = [1, 7, 34, 128];
    expect(trainingFlops(MODELS[name], lengths)).toBe(3 * forward(lengths, MODELS[name], 'all tokens'));
    expect(firstTokenFlops(MODELS[name], lengths, 'cuda')).toBe(3 * forward(lengths, MODELS[name], '[CLS]'));
    expect(firstTokenFlops(MODELS[name], lengths, 'cpu')).toBe(3 * forward(lengths, MODELS[name], '[CLS] without keys and values'));
  });

  it('saved at [CLS] are 41 % of two layers and 7 % of twelve', () => {
    const lengths = Array<number>(32).fill(38);
    const saved = (name: 'tiny' | 'base'): number =>
      1 - firstTokenFlops(MODELS[name], lengths, 'cuda') / trainingFlops(MODELS[name], lengths);
    expect(saved('tiny')).toBeCloseTo(0.41, 2);
    expect(saved('base')).toBeCloseTo(0.07, 2);
  });

  it('come from the linear layers that the calibration multiplies', () => {
    for (const shape of Object.values(MODELS)) {
      const weights = linearShapes(shape).reduce((sum, linear) => sum + linear.in * linear.out, 0);
      expect(weights).toBe(4 * shape.hidden ** 2 + 2 * shape.hidden * shape.intermediate);
    }
  });
});
