/** A process that ends with tensors and a session alive, in the way its argument says. */
import { Tensor } from '../../../dist/tensor/index.js';
import { makeSession, randomBatch } from '../../../bench/random-session.mjs';

const kept = [Tensor.zeros([1000, 1000]), makeSession()];
const { session } = kept[1];
const step = () => session.step(randomBatch(256), { learningRate: 1e-4 });
switch (process.argv[2]) {
  case 'idle': // A session that was used and forgotten must not keep the process alive.
    await step();
    break;
  case 'exit-mid-step':
    void step();
    process.exit(0);
    break;
  case 'end-after-step': // The awaited step does keep it alive.
    step().then(() => process.stdout.write('finished'));
    break;
  default:
    throw new Error(`unknown way to end: ${process.argv[2]}`);
}
