/** Every operation's values and gradients against PyTorch's, in float32 and float64. */
import { afterAll, describe, expect, test } from 'vitest';
import { memory, scope, type Tensor } from '../../src/tensor/index.js';
import { callOf, cases, toTensor, type Values } from './fixtures.js';

// Rounding of sums that another kernel orders otherwise; a wrong formula is orders of magnitude away.
const TOLERANCE = { float32: { relative: 1e-5, absolute: 1e-6 }, float64: { relative: 1e-12, absolute: 1e-13 } };

function expectValues(tensor: Tensor, expected: Values): void {
  expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({ dtype: expected.dtype, shape: expected.shape });
  const data = Array.from(tensor.data() as ArrayLike<number | bigint>, Number);
  if (expected.dtype !== 'float32' && expected.dtype !== 'float64') {
    expect(data).toEqual(expected.data);
    return;
  }
  const { relative, absolute } = TOLERANCE[expected.dtype];
  expected.data.forEach((value, index) => {
    expect(Math.abs((data[index] as number) - value), `value ${index}`).toBeLessThanOrEqual(absolute + relative * Math.abs(value));
  });
}

const titled = cases.map((testCase) => [`${testCase.op}: ${testCase.label}`, testCase] as const);
const differentiated = titled.filter(([, testCase]) => testCase.gradients);

test.each(titled)('%s', (_title, testCase) => {
  scope(() => {
    expectValues(callOf(testCase, testCase.inputs.map(toTensor)), testCase.output);
  });
});

describe('gradients', () => {
  test.each(differentiated)('%s', (_title, { gradients = [], outputGradient, ...testCase }) => {
    scope(() => {
      const leaves = testCase.inputs.map((values) => {
        const leaf = toTensor(values);
        leaf.requiresGrad = values.dtype.startsWith('float');
        return leaf;
      });
      // In-place operations refuse a leaf that requires a gradient, so the call gets copies.
      const output = callOf(
        testCase,
        leaves.map((leaf) => leaf.clone()),
      );
      output.backward(toTensor(outputGradient as Values));
      gradients.forEach((expected, index) => {
        const gradient = (leaves[index] as Tensor).grad;
        if (expected === null) expect(gradient).toBeNull();
        else expectValues(gradient as Tensor, expected);
      });
    });
  });
});

afterAll(() => {
  expect(memory()).toMatchObject({ tensorsLive: 0, bytes: 0 });
});
