/** `.ci/run`: the comparisons' Python packages, on their own, so that they can be installed while something else computes. */
import { main } from './lib/console.mjs';
import { ensurePeers } from './lib/peers.mjs';

await main(() => void ensurePeers());
