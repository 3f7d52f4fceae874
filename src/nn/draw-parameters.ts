/** Weights drawn anew, as a function of seed and place only. */
import type { NativeModule } from '../native/types.js';
import { createRandom, type Random } from '../util/random.js';
import { elementCount } from '../util/shape.js';
import { parameterShape } from './parameters.js';

/** Sets the named parameters: biases to 0, weights to numbers of `draw`, which gets the stream of that seed and label and the weight's shape. */
export function drawParameters(
  module: NativeModule,
  names: readonly string[],
  seed: number,
  label: readonly string[],
  draw: (random: Random, shape: readonly number[]) => number,
): void {
  const random = createRandom(seed, ...label);
  for (const name of names) {
    const shape = parameterShape(module, name);
    const values = new Float32Array(elementCount(shape));
    module.setParameter(name, name.endsWith('.bias') ? values : values.map(() => draw(random, shape)));
  }
}
