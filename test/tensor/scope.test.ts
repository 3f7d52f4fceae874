/** Scopes free what they should and nothing else, however they are left; so do `using` and noGrad restore. */
import { afterEach, describe, expect, test } from 'vitest';
import { memory, noGrad, scope, Tensor } from '../../src/tensor/index.js';

const kept: Tensor[] = [];

function keep(tensor: Tensor): Tensor {
  kept.push(tensor);
  return tensor;
}

afterEach(() => {
  for (const tensor of kept.splice(0)) tensor.dispose();
  expect(memory()).toMatchObject({ tensorsLive: 0, bytes: 0 });
});

describe('scope', () => {
  test('disposes what is made inside and returns what fn returns', () => {
    let inside: Tensor | undefined;
    const result = scope(() => {
      inside = Tensor.ones([3]);
      return inside.sum().item();
    });
    expect(result).toBe(3);
    expect(inside?.disposed).toBe(true);
  });

  test('keeps the tensors in its result, nested as they may be', () => {
    const made = scope(() => {
      const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((value) => Tensor.full([], value));
      return { list: [a, { b }], map: new Map([['c', c]]), set: new Set([d]), twice: [a, a], text: 'x', none: null, count: e?.item() };
    });
    expect(memory().tensorsLive).toBe(4);
    const values = [made.list[0], (made.list[1] as { b: Tensor }).b, made.map.get('c'), [...made.set][0]] as Tensor[];
    expect(values.map((tensor) => keep(tensor).item())).toEqual([1, 2, 3, 4]);
  });

  test('a result that contains itself is searched once', () => {
    interface Ring {
      self?: Ring;
      tensor: Tensor;
    }
    const ring = scope(() => {
      const made: Ring = { tensor: Tensor.ones([1]) };
      made.self = made;
      return made;
    });
    expect(keep(ring.tensor).disposed).toBe(false);
  });

  test('tensors made outside stay', () => {
    const outside = keep(Tensor.ones([1]));
    keep(scope(() => outside.add(1)));
    scope(() => void outside.add(1));
    expect(outside.disposed).toBe(false);
    expect(memory().tensorsLive).toBe(2);
    scope(() => outside).dispose();
    expect(outside.disposed).toBe(true);
  });

  test('what an inner scope returns belongs to the outer one', () => {
    const inner: Tensor[] = [];
    scope(() => {
      inner.push(scope(() => Tensor.ones([1]).add(1)));
      expect(memory().tensorsLive).toBe(1);
      expect(inner[0]?.item()).toBe(2);
    });
    expect(inner[0]?.disposed).toBe(true);
  });

  test('frees everything when fn throws, and passes the error on', () => {
    const error = new Error('mine');
    expect(() =>
      scope(() => {
        scope(() => Tensor.ones([1]));
        Tensor.ones([2]);
        throw error;
      }),
    ).toThrow(error);
    expect(memory().tensorsLive).toBe(0);
    Tensor.ones([1]).dispose();
  });

  test('tensors disposed inside are no trouble', () => {
    scope(() => Tensor.ones([1]).dispose());
  });

  test('refuses an async function before it runs', () => {
    let ran = false;
    const run = async (): Promise<void> => {
      ran = true;
      await Promise.resolve();
    };
    expect(() => scope(run)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(ran).toBe(false);
  });

  test('refuses a promise, and frees what was made until then', async () => {
    let made: Promise<Tensor> | undefined;
    expect(() => scope(() => (made = Promise.resolve(Tensor.ones([1]))))).toThrow(/synchronous function/);
    expect((await made)?.disposed).toBe(true);
  });
});

describe('using', () => {
  test('disposes at the end of the block', () => {
    let tensor: Tensor;
    {
      using one = Tensor.ones([1]);
      tensor = one;
    }
    expect(tensor.disposed).toBe(true);
    expect(() => tensor.add(1)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED', message: 'add: self was disposed' }));
  });
});

describe('noGrad', () => {
  function leaf(): Tensor {
    const tensor = Tensor.ones([1]);
    tensor.requiresGrad = true;
    return tensor;
  }

  test('records nothing inside, and again afterwards', () => {
    scope(() => {
      const weight = leaf();
      expect(noGrad(() => weight.mul(2)).requiresGrad).toBe(false);
      expect(weight.mul(2).requiresGrad).toBe(true);
    });
  });

  test('lets a leaf be changed in place', () => {
    scope(() => {
      const weight = leaf();
      noGrad(() => weight.sub_(0.25));
      expect(weight.item()).toBe(0.75);
      expect(weight.requiresGrad).toBe(true);
    });
  });

  test('is restored when fn throws, and nests', () => {
    scope(() => {
      const weight = leaf();
      noGrad(() => {
        expect(() =>
          noGrad(() => {
            throw new Error('mine');
          }),
        ).toThrow('mine');
        expect(weight.mul(2).requiresGrad).toBe(false);
      });
      expect(weight.mul(2).requiresGrad).toBe(true);
    });
  });

  test('refuses async functions and promises, and is restored', () => {
    scope(() => {
      const weight = leaf();
      expect(() => noGrad(async () => Promise.resolve())).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      expect(() => noGrad(() => Promise.resolve())).toThrow(/noGrad\(\) takes a synchronous function/);
      expect(weight.mul(2).requiresGrad).toBe(true);
    });
  });
});
