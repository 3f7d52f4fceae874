/** A trained model folder, opened to predict: a session whose optimizer never steps. */
import type { Config } from '../config/schema.js';
import type { Bert } from '../nn/bert.js';
import type { BertConfig } from '../nn/bert-config.js';
import type { Head } from '../nn/head.js';
import { describedHeads } from '../nn/described-heads.js';
import type { HeadTask } from '../nn/import-classifier.js';
import { openModelFolder } from '../nn/model-folder.js';
import type { ImportNotice } from '../nn/open-encoder.js';
import { taskRegistry, unknownTask, type TaskRegistry } from '../tasks/index.js';
import type { TaskDefinition } from '../tasks/types.js';
import type { LengthLimit } from '../text/truncate.js';
import { BornAgainError } from '../util/errors.js';
import type { EvaluationOptions } from './evaluate.js';
import { taskOfHead } from './heads.js';
import { Session } from './session.js';

/** A session needs an optimizer; this one is never asked to step, so its values say nothing. */
export const IDLE_OPTIMIZER = { beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, biasCorrection: false, clipNorm: Infinity };

export interface InferenceOptions {
  /** Name of the task that a sequence classifier of Transformers is of; a folder of this project has its own heads. */
  readonly task?: string | undefined;
  /** Tasks of one's own: their files, and themselves for a folder that does not describe them. */
  readonly customTasks?: Config['customTasks'] | undefined;
  /** Told what was assumed in reading the folder. */
  readonly onNotice?: (notice: ImportNotice) => void;
}

export class InferenceModel {
  private constructor(
    readonly dir: string,
    readonly config: BertConfig,
    /** SHA-256 of what decides the outputs. */
    readonly hash: string,
    /** How its sequences were cut in training. */
    readonly limit: LengthLimit,
    private readonly bert: Bert,
    private readonly heads: readonly Head[],
    private readonly session: Session,
    private readonly batchTokens: number,
    private readonly registry: TaskRegistry,
  ) {}

  /** @throws BornAgainError ERR_MODEL_FOLDER (no heads: a plain encoder predicts nothing), ERR_SAFETENSORS, ERR_PYTORCH_FILE, ERR_CHECKPOINT, ERR_DEVICE */
  static async open(dir: string, runtime: Config['runtime'], options: InferenceOptions = {}): Promise<InferenceModel> {
    const { task, customTasks = {}, onNotice } = options;
    const registry = taskRegistry({ customTasks });
    const classifierTask = task === undefined ? undefined : await headTask(dir, task, registry);
    const opened = await openModelFolder(dir, { device: runtime.device, dropout: 0, ...(classifierTask && { classifierTask }) });
    const { bert, heads, config, hash, limit } = opened;
    try {
      if (heads.length === 0) throw withoutHeads(dir, opened.layout.classifier);
      for (const notice of opened.notices) onNotice?.(notice);
      const session = Session.create({ bert, heads, optimizer: IDLE_OPTIMIZER, layerDecay: 1, dropoutSeed: 0, runtime });
      return new InferenceModel(dir, config, hash, limit, bert, heads, session, runtime.evaluationBatchTokens, registry);
    } catch (error) {
      for (const module of [bert, ...heads]) module.dispose();
      throw error;
    }
  }

  /** Names of the tasks it has heads for. */
  get tasks(): string[] {
    return this.heads.map((head) => head.task);
  }

  /**
   * A task that it may be asked for: a built-in one, one of `customTasks`, or, described by its head alone and without files, one that it
   * was trained on. Throws ERR_UNKNOWN_TASK.
   */
  task(name: string): TaskDefinition {
    const known = this.registry.all.find((task) => task.name === name);
    if (known !== undefined) return known;
    const head = this.heads.find((each) => each.task === name);
    if (head === undefined) throw unknownTask(name, namesOf(this.tasks, this.registry));
    return taskOfHead(head.spec, this.dir);
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

/** Before the weights are loaded: the task whose head answers, which may be one that only the model knows. Throws ERR_UNKNOWN_TASK. */
async function headTask(dir: string, task: string, registry: TaskRegistry): Promise<HeadTask> {
  const known = registry.all.find(({ name }) => name === task);
  if (known !== undefined) return registry.byName(known.head);
  const heads = await describedHeads(dir);
  const head = heads.find((each) => each.task === task);
  if (head !== undefined) return { ...head, name: head.task };
  const named = heads.map((each) => each.task);
  throw unknownTask(task, namesOf(named, registry));
}

/** The model's own first. */
function namesOf(heads: readonly string[], registry: TaskRegistry): string[] {
  return [...new Set([...heads, ...registry.all.map(({ name }) => name)])];
}

function withoutHeads(dir: string, classifier: boolean): BornAgainError {
  const message = classifier
    ? `${dir} is a classifier of Transformers, which does not say of which task. Name the task it is of (--tasks NAME)`
    : `${dir} is a plain encoder: it has no heads to predict with. Train it first`;
  return new BornAgainError('ERR_MODEL_FOLDER', message, { dir });
}
