/** `npm run setup`: sets up what is missing and nothing more. */
import { main } from './lib/console.mjs';
import { setup } from './lib/setup.mjs';

await main(setup);
