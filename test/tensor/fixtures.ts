/** The cases of test/fixtures/tensor, and how a case's call is made on the tensor floor. */
import { readFileSync } from 'node:fs';
import { Tensor } from '../../src/tensor/index.js';
import type { DType } from '../../src/native/types.js';

export interface Values {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Argument = { readonly input: number } | number | string | boolean | null | readonly Argument[];

export interface Case {
  readonly op: string;
  readonly label: string;
  readonly inputs: readonly Values[];
  readonly arguments: readonly Argument[];
  readonly output: Values;
  readonly outputGradient?: Values;
  readonly gradients?: readonly (Values | null)[];
}

const url = new URL('../fixtures/tensor/tensor.json', import.meta.url);

export const cases = (JSON.parse(readFileSync(url, 'utf8')) as { cases: Case[] }).cases;

export function toTensor({ dtype, shape, data }: Values): Tensor {
  return Tensor.from(data, { dtype, shape });
}

type Call = (...values: readonly unknown[]) => Tensor;

// Methods whose arguments are not simply those of the raw operation after the first.
const calls: Record<string, (...values: never[]) => Tensor> = {
  cat: (tensors: Tensor[], dim: number) => Tensor.cat(tensors, dim),
  stack: (tensors: Tensor[], dim: number) => Tensor.stack(tensors, dim),
  clamp: (self: Tensor, min?: number, max?: number) => self.clamp({ ...(min !== undefined && { min }), ...(max !== undefined && { max }) }),
  layerNorm: (self: Tensor, shape: number[], weight: Tensor | undefined, bias: Tensor | undefined, epsilon: number) =>
    self.layerNorm(shape, { ...(weight && { weight }), ...(bias && { bias }), epsilon }),
};

/** Calls the case's operation on `inputs`, as a method of Tensor. */
export function callOf(testCase: Case, inputs: readonly Tensor[]): Tensor {
  const resolve = (argument: Argument): unknown => {
    if (argument === null) return undefined;
    if (Array.isArray(argument)) return argument.map(resolve);
    return typeof argument === 'object' ? inputs[(argument as { input: number }).input] : argument;
  };
  const values = testCase.arguments.map(resolve);
  const special = calls[testCase.op] as Call | undefined;
  if (special) return special(...values);
  const [self, ...rest] = values as [Record<string, Call>, ...unknown[]];
  const method = self[testCase.op];
  if (!method) throw new Error(`Tensor has no method ${testCase.op}`);
  return method.apply(self, rest);
}
