/** The tensor floor: for training scripts that compose their own step. */
export type { FromOptions, RandomOptions, RangeOptions, TensorOptions } from './creation.js';
export type { NestedNumbers } from './data.js';
export { noGrad } from './grad-mode.js';
export { memory } from './memory.js';
export type { LayerNormOptions } from './network.js';
export type { Dims } from './operand.js';
export { scope } from './scope.js';
export { Tensor } from './tensor.js';
