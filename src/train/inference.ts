/** A trained model folder, opened to predict: a session whose optimizer never steps. */
import type { Config } from '../config/schema.js';
import type { Bert } from '../nn/bert.js';
import type { BertConfig } from '../nn/bert-config.js';
import type { Head } from '../nn/head.js';
import { openModelFolder } from '../nn/model-folder.js';
import { BornAgainError } from '../util/errors.js';
import type { EvaluationOptions } from './evaluate.js';
import { Session } from './session.js';

/** A session needs an optimizer; this one is never asked to step, so its values say nothing. */
const IDLE_OPTIMIZER = { beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, biasCorrection: false, clipNorm: Infinity };

export class InferenceModel {
  private constructor(
    readonly dir: string,
    readonly config: BertConfig,
    /** SHA-256 of what decides the outputs. */
    readonly hash: string,
    /** Tokens per sequence it was trained with. */
    readonly maxLength: number,
    private readonly bert: Bert,
    private readonly heads: readonly Head[],
    private readonly session: Session,
    private readonly batchTokens: number,
  ) {}

  /** @throws BornAgainError ERR_MODEL_FOLDER (no heads: a plain encoder predicts nothing), ERR_SAFETENSORS, ERR_CHECKPOINT, ERR_DEVICE */
  static async open(dir: string, runtime: Config['runtime']): Promise<InferenceModel> {
    const { bert, heads, config, hash, info } = await openModelFolder(dir, { device: runtime.device, dropout: 0 });
    if (heads.length === 0 || info === null) {
      bert.dispose();
      throw new BornAgainError('ERR_MODEL_FOLDER', `${dir} is a plain encoder: it has no heads to predict with. Train it first`, { dir });
    }
    const session = Session.create({
      bert,
      heads,
      optimizer: IDLE_OPTIMIZER,
      layerDecay: 1,
      dropoutSeed: 0,
      runtime,
    });
    return new InferenceModel(dir, config, hash, info.maxLength, bert, heads, session, runtime.evaluationBatchTokens);
  }

  /** Names of the tasks it has heads for. */
  get tasks(): string[] {
    return this.heads.map((head) => head.task);
  }

  get evaluation(): EvaluationOptions {
    return { session: this.session, heads: this.heads, batchTokens: this.batchTokens };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.session.close();
    for (const module of [this.bert, ...this.heads]) module.dispose();
  }
}
