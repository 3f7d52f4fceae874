/** `npm run fetch:minilm`: puts a small encoder with real weights into models/minilm-l6. */
import { main } from './lib/console.mjs';
import { ensureMiniLm } from './lib/minilm.mjs';

await main(ensureMiniLm);
