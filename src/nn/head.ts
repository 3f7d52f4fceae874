/** A task's head: dropout and a linear layer on the pooled vector, the only parameters that tasks do not share (docs/paper.md section 1). */
import { loadAddon } from '../native/load.js';
import type { DropoutKey, NativeHead } from '../native/types.js';
import { Tensor } from '../tensor/index.js';
import type { HeadInit } from '../config/schema.js';
import type { Random } from '../util/random.js';
import { drawParameters } from './draw-parameters.js';
import { Module } from './module.js';

/** What a model folder keeps of a head: enough to read its outputs without the task's definition. */
export interface HeadSpec {
  readonly task: string;
  readonly kind: 'classification' | 'regression';
  /** Texts of an example; not known of models written before this was kept. */
  readonly texts?: 1 | 2 | undefined;
  /** Label names in class-index order; empty for regression. */
  readonly labels: readonly string[];
  /** Raw score range behind the [0, 1] that regression predicts; null for classification. */
  readonly scoreRange: readonly [number, number] | null;
  /** Regression only: a sigmoid on the scalar, or none. */
  readonly activation: 'linear' | 'sigmoid';
  readonly dropout: number;
}

/** Parameters: `heads.<task>.classifier.weight` [outputs, h] and `.bias` [outputs]. */
export class Head extends Module<NativeHead> {
  private constructor(
    readonly spec: HeadSpec,
    native: NativeHead,
  ) {
    super(native);
  }

  /** Zeros until `load`; `initHead` makes one to train. Throws ERR_INVALID_ARGUMENT, ERR_DEVICE. */
  static create(spec: HeadSpec, hiddenSize: number, device: string, dtype: 'float32' | 'float64' = 'float32'): Head {
    const outputs = spec.kind === 'classification' ? spec.labels.length : 1;
    return new Head(spec, new (loadAddon().Head)({ ...spec, outputs }, hiddenSize, device, dtype));
  }

  get task(): string {
    return this.spec.task;
  }

  /** Classes, or 1 for regression. */
  get outputs(): number {
    return this.spec.kind === 'classification' ? this.spec.labels.length : 1;
  }

  /**
   * pooled [n, h] to logits [n, outputs]; for regression the prediction [n, 1]. `rows` are the rows' places in their batch, which number
   * the dropout masks; 0 to n - 1 by default.
   */
  forward(pooled: Tensor, dropout: DropoutKey | null = null, rows?: Int32Array): Tensor {
    const counters = rows ?? Int32Array.from({ length: pooled.shape[0] ?? 0 }, (_, i) => i);
    return Tensor.wrap(this.native.forward(pooled.native, dropout, counters));
  }
}

/** How a new head's weights are drawn, by the name in the configuration: `model.headInit`. A weight is [outputs, h]. */
const DRAWS: Readonly<Record<HeadInit, (random: Random, shape: readonly number[]) => number>> = {
  // As BERT initialises (google-research/bert, modeling.py, create_initializer): deviation 0.02, cut at two of them.
  truncated_normal: (random) => {
    for (;;) {
      const deviate = random.normal();
      if (Math.abs(deviate) <= 2) return 0.02 * deviate;
    }
  },
  // As tf.layers.dense does unless told otherwise, and so BAM's code (Glorot and Bengio 2010, equation 16): ±√(6 / (inputs + outputs)).
  glorot_uniform: (random, [outputs = 0, inputs = 0]) => Math.sqrt(6 / (inputs + outputs)) * (2 * random.uniform() - 1),
};

/** A head to train: weights drawn as `init` says, bias 0. A function of the seed and the task's name only. */
export function initHead(spec: HeadSpec, hiddenSize: number, device: string, seed: number, init: HeadInit): Head {
  const head = Head.create(spec, hiddenSize, device);
  drawParameters(head.native, head.parameterNames(), seed, ['head', spec.task], DRAWS[init]);
  return head;
}
