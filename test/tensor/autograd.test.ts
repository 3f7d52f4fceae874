/** Gradients as state: where they are, how they add up, what cuts them off. Their values per operation are ops.test.ts's. */
import { afterAll, expect, test } from 'vitest';
import { memory, noGrad, scope, Tensor, type NestedNumbers } from '../../src/tensor/index.js';

function leaf(values: NestedNumbers): Tensor {
  const tensor = Tensor.from(values);
  tensor.requiresGrad = true;
  return tensor;
}

afterAll(() => {
  expect(memory()).toMatchObject({ tensorsLive: 0, bytes: 0 });
});

test('a gradient is null before backward, adds up, and goes with zeroGrad', () => {
  scope(() => {
    const weight = leaf([1, 2]);
    expect(weight.grad).toBeNull();
    weight.mul(3).sum().backward();
    expect(weight.grad?.toArray()).toEqual([3, 3]);
    weight.mul(weight).sum().backward();
    expect(weight.grad?.toArray()).toEqual([5, 7]);
    weight.zeroGrad();
    expect(weight.grad).toBeNull();
  });
});

test('grad is the gradient itself, not a copy', () => {
  scope(() => {
    const weight = leaf([1, 2]);
    weight.sum().backward();
    weight.grad?.mul_(10);
    expect(weight.grad?.toArray()).toEqual([10, 10]);
  });
});

test('backward takes the gradient of a tensor of several values', () => {
  scope(() => {
    const weight = leaf([1, 2]);
    const squared = weight.mul(weight);
    expect(() => squared.backward()).toThrow(/^backward: self \[2\] has more than one value, so it needs a gradient$/);
    expect(() => squared.backward(Tensor.ones([3]))).toThrow(/^backward: gradient \[3\] and self \[2\] must have the same shape$/);
    expect(() => squared.backward(Tensor.ones([2], { dtype: 'float64' }))).toThrow(/^backward: gradient is float64 and self float32/);
    squared.backward(Tensor.from([1, 10]));
    expect(weight.grad?.toArray()).toEqual([2, 40]);
  });
});

test('a graph is freed by backward unless it is retained', () => {
  scope(() => {
    const weight = leaf([3]);
    const squared = weight.mul(weight).sum();
    squared.backward(undefined, { retainGraph: true });
    squared.backward();
    expect(weight.grad?.toArray()).toEqual([12]);
    expect(() => squared.backward()).toThrow(expect.objectContaining({ code: 'ERR_LIBTORCH' }));
  });
});

test('detach and constants cut the way back', () => {
  scope(() => {
    const weight = leaf([3]);
    weight.detach().mul(weight).sum().backward();
    expect(weight.grad?.toArray()).toEqual([3]);
    const constant = Tensor.from([1]);
    constant.mul(weight).sum().backward();
    expect(constant.grad).toBeNull();
    expect(weight.mul(2).grad).toBeNull();
  });
});

test('backward works on when the handles of the steps between are gone', () => {
  scope(() => {
    const weight = leaf([2]);
    const loss = scope(() => weight.mul(weight).exp().sum());
    loss.backward();
    expect(weight.grad?.item()).toBeCloseTo(4 * Math.exp(4), 3);
  });
});

// The data lie on 2x - 1, so the least-squares solution is known.
test('a training script of the tensor floor finds a line', () => {
  scope(() => {
    const x = Tensor.from([[-1], [0], [1], [2]]);
    const y = x.mul(2).sub(1);
    const weight = leaf([[0]]);
    const bias = leaf([0]);
    for (let step = 0; step < 200; step += 1) {
      scope(() => {
        x.linear(weight, bias).mseLoss(y).backward();
        noGrad(() => {
          for (const parameter of [weight, bias]) {
            parameter.sub_((parameter.grad as Tensor).mul(0.1));
            parameter.zeroGrad();
          }
        });
      });
    }
    expect(weight.item()).toBeCloseTo(2, 4);
    expect(bias.item()).toBeCloseTo(-1, 4);
  });
});
