import type { PackedBatch } from '../src/data/types.js';
import type { Bert } from '../src/nn/bert.js';
import type { Head } from '../src/nn/head.js';
import type { Session } from '../src/train/session.js';

export { memory } from '../src/tensor/index.js';

export function randomBatch(sequences: number): PackedBatch;
export function makeSession(options?: { hidden?: number; layers?: number; threads?: number }): { bert: Bert; head: Head; session: Session };
