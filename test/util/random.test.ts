import { mean, standardDeviation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { createRandom, permutation } from '../../src/util/random.js';

const COUNT = 100_000;

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

describe('createRandom', () => {
  it('gives the same numbers for the same name', () => {
    const a = createRandom(7, 'order', 3);
    const b = createRandom(7, 'order', 3);
    expect(draw(20, () => a.uniform())).toEqual(draw(20, () => b.uniform()));
  });

  it('gives other numbers for another seed or label, and does not run labels together', () => {
    const names: [number, ...(string | number)[]][] = [
      [7, 'order'],
      [8, 'order'],
      [7, 'tasks'],
      [7, 'or', 'der'],
      [7, 'order', 0],
      [7, 'order', '0'],
      [-7, 'order'],
    ];
    const firsts = names.map(([seed, ...labels]) => createRandom(seed, ...labels).uniform());
    expect(new Set(firsts).size).toBe(names.length);
  });

  it('refuses seeds that would share a stream with another one', () => {
    for (const seed of [1.5, Number.NaN, Infinity, -Infinity, 2 ** 53]) {
      expect(() => createRandom(seed, 'order')).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
  });

  it('has streams whose correlation is that of chance', () => {
    const a = createRandom(1, 'order');
    const b = createRandom(1, 'tasks');
    const products = draw(COUNT, () => (a.uniform() - 0.5) * (b.uniform() - 0.5));
    // Standard deviation of the mean product is (1/12)/sqrt(COUNT) = 2.6e-4; five of them.
    expect(Math.abs(mean(products))).toBeLessThan(1.3e-3);
  });
});

describe('Random', () => {
  it('draws uniforms in [0, 1) with mean 1/2 and deviation sqrt(1/12), finer than 32 bits', () => {
    const random = createRandom(2, 'uniform');
    const values = draw(COUNT, () => random.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(values.some((value) => value * 2 ** 32 !== Math.floor(value * 2 ** 32))).toBe(true);
    expect(values.every((value) => Number.isInteger(value * 2 ** 53))).toBe(true);
  });

  it('draws integers that cover [0, bound) evenly', () => {
    const random = createRandom(3, 'integer');
    const counts = new Array<number>(6).fill(0);
    for (let index = 0; index < COUNT; index += 1) {
      const value = random.integer(6);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts.length).toBe(6);
    // chi-square with 5 degrees of freedom exceeds 25.7 with probability 1e-4
    const expected = COUNT / 6;
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(25.7);
    expect(draw(5, () => random.integer(1))).toEqual([0, 0, 0, 0, 0]);
  });

  it('draws standard normal deviates', () => {
    const random = createRandom(4, 'normal');
    const values = draw(COUNT, () => random.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(standardDeviation(values)).toBeCloseTo(1, 1);
    // P(|z| < 1.96) = 0.95; five standard deviations of the share are 0.0034
    expect(Math.abs(values.filter((value) => Math.abs(value) < 1.959964).length / COUNT - 0.95)).toBeLessThan(0.0035);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('permutation', () => {
  it('holds each index once', () => {
    expect([...permutation(createRandom(5, 'order'), 1000)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect(permutation(createRandom(5, 'order'), 0).length).toBe(0);
  });

  it('makes each order of three equally often', () => {
    const random = createRandom(6, 'order');
    const counts = new Map<string, number>();
    for (let index = 0; index < COUNT; index += 1) {
      const order = permutation(random, 3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const expected = COUNT / 6;
    expect([...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(25.7);
  });
});
