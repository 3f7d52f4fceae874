/** What a configuration's `runtime` comes to on this machine: the part of it that results depend on beyond their last digits. */
import type { Config, Engine, Precision } from '../config/schema.js';
import { Bert } from '../nn/bert.js';
import { parseBertConfig } from '../nn/bert-config.js';
import { Head } from '../nn/head.js';
import { IDLE_OPTIMIZER } from './inference.js';
import { Session } from './session.js';

export interface Computation {
  readonly device: 'cpu' | 'cuda';
  readonly engine: Engine;
  /** Of matrix products. */
  readonly precision: Precision;
}

/** What is chosen for a model does not depend on its size. */
const PROBE = { vocab_size: 1, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 1, intermediate_size: 16 };
const PROBE_HEAD = { task: 'probe', kind: 'regression', labels: [], scoreRange: [0, 1], activation: 'linear', dropout: 0 } as const;

/**
 * Asks a session of the smallest model, since the choice is the session's.
 * @throws BornAgainError ERR_DEVICE, ERR_INVALID_ARGUMENT where the device cannot compute what is asked for
 */
export async function resolveComputation(runtime: Config['runtime']): Promise<Computation> {
  const { device } = runtime;
  using bert = Bert.create(parseBertConfig(PROBE, 'a probe'), device);
  using head = Head.create(PROBE_HEAD, PROBE.hidden_size, device);
  const session = Session.create({ bert, heads: [head], optimizer: IDLE_OPTIMIZER, layerDecay: 1, dropoutSeed: 0, runtime });
  try {
    const { engine, precision } = session.computes;
    return { device: device.startsWith('cuda') ? 'cuda' : 'cpu', engine, precision };
  } finally {
    await session.close();
  }
}
