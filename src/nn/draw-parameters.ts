/** Weights drawn anew, as a function of seed and place only. */
import type { NativeModule } from '../native/types.js';
import { createRandom } from '../util/random.js';
import { parameterShape } from './parameters.js';

/** Sets the named parameters: biases to 0, weights to deviates of `draw`, which gets the standard normal generator of that seed and label. */
export function drawParameters(
  module: NativeModule,
  names: readonly string[],
  seed: number,
  label: readonly string[],
  draw: (normal: () => number) => number,
): void {
  const random = createRandom(seed, ...label);
  const next = (): number => draw(() => random.normal());
  for (const name of names) {
    const size = parameterShape(module, name).reduce((product, n) => product * n, 1);
    module.setParameter(name, name.endsWith('.bias') ? new Float32Array(size) : Float32Array.from({ length: size }, next));
  }
}
