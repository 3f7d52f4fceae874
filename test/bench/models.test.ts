import { describe, expect, it } from 'vitest';
import { firstTokenFlops, linearShapes, MODELS, trainingFlops } from '../../bench/lib/models.js';

/** Operations of one product [n, k] × [k, m], counted by the textbook. */
const product = (n: number, k: number, m: number): number => 2 * n * k * m;

/** A forward pass layer by layer, product by product: what the closed formulas must be a third of. */
function forward(
  lengths: readonly number[],
  { layers, hidden: h, intermediate: f }: (typeof MODELS)['tiny' | 'mini' | 'base'],
  firstOnly: boolean,
): number {
  let flops = 0;
  for (const s of lengths) {
    for (let layer = 0; layer < layers; layer += 1) {
      const asked = firstOnly && layer === layers - 1 ? 1 : s;
      flops += product(asked, h, h) + 2 * product(s, h, h); // query; key and value
      flops += product(asked, h, s) + product(asked, s, h); // scores and context, all heads
      flops += product(asked, h, h) + product(asked, h, f) + product(asked, f, h);
    }
    flops += product(1, h, h) + product(1, h, 3); // pooler and classifier
  }
  return flops;
}

describe('training FLOPs', () => {
  it.each(['tiny', 'mini', 'base'] as const)('of %s are three times a forward pass counted product by product', (name) => {
    const lengths = [1, 7, 34, 128];
    expect(trainingFlops(MODELS[name], lengths)).toBe(3 * forward(lengths, MODELS[name], false));
    expect(firstTokenFlops(MODELS[name], lengths)).toBe(3 * forward(lengths, MODELS[name], true));
  });

  it('saved at [CLS] are the shares of PERFORMANCE.md: 42 % of two layers, 7 % of twelve', () => {
    const lengths = Array<number>(32).fill(38);
    const saved = (name: 'tiny' | 'base'): number => 1 - firstTokenFlops(MODELS[name], lengths) / trainingFlops(MODELS[name], lengths);
    expect(saved('tiny')).toBeCloseTo(0.41, 1.5);
    expect(saved('base')).toBeCloseTo(0.07, 1.7);
  });

  it('come from the linear layers that the calibration multiplies', () => {
    for (const shape of Object.values(MODELS)) {
      const weights = linearShapes(shape).reduce((sum, linear) => sum + linear.in * linear.out, 0);
      expect(weights).toBe(4 * shape.hidden ** 2 + 2 * shape.hidden * shape.intermediate);
    }
  });
});
