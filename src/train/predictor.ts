/**
 * A trained model that answers for texts. Sequences are cut as in its training.
 * AX is answered by MNLI's head.
 */
import { resolveRuntime } from '../config/load.js';
import type { ConfigInput } from '../config/schema.js';
import { tokenizeExamples } from '../data/tokenize.js';
import { checkFits } from '../data/fits.js';
import { labelName, rawScore } from '../tasks/index.js';
import type { Example, TaskDefinition } from '../tasks/types.js';
import { Tokenizer } from '../text/tokenizer.js';
import { softmax } from '../distill/softmax.js';
import { BornAgainError } from '../util/errors.js';
import { computeLogits, headIndex, predictionsOf } from './evaluate.js';
import { InferenceModel, type InferenceOptions } from './inference.js';

/** Characters of a text in a message. */
const SHOWN = 40;

/** `textB` is null where the task has one text. */
export type PredictionRow = Pick<Example, 'textA' | 'textB'>;

export interface Prediction {
  /** Name of the most probable class; null for regression. */
  readonly label: string | null;
  /** In the task's raw range (STS-B: 0 to 5), not clamped; null for classification. */
  readonly score: number | null;
  /** In the order of the task's labels; empty for regression. */
  readonly probabilities: readonly number[];
  /** The head's outputs; for regression its one prediction in the scaled range [0, 1], after the sigmoid if the head has one. */
  readonly logits: readonly number[];
}

export class Predictor {
  private constructor(
    private readonly model: InferenceModel,
    private readonly tokenizer: Tokenizer,
  ) {}

  /**
   * @param runtime how it computes; what it does not say is as in the configuration's defaults
   * @throws BornAgainError as InferenceModel.open does, and ERR_CONFIG (the runtime), ERR_TOKENIZER, ERR_VOCABULARY
   */
  static async open(modelDir: string, runtime: ConfigInput['runtime'] = {}, options: InferenceOptions = {}): Promise<Predictor> {
    requireString('modelDir', modelDir, "the path of a model's folder (fileURLToPath makes one of a URL)");
    const model = await InferenceModel.open(modelDir, resolveRuntime(runtime), options);
    try {
      const tokenizer = await Tokenizer.fromFolder(modelDir);
      checkFits(tokenizer, model.config, model.limit.maxLength);
      return new Predictor(model, tokenizer);
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  /** What it knows of a task: labels, range of scores, texts of an example. Throws ERR_UNKNOWN_TASK. */
  task(name: string): TaskDefinition {
    return this.model.task(name);
  }

  /**
   * One prediction per row, in order.
   * @throws BornAgainError ERR_UNKNOWN_TASK where there is no such task, or the model has no head for it; ERR_INVALID_ARGUMENT for a row
   *   with more or fewer texts than the task's examples have, and for what is no list of rows; ERR_MODEL_FOLDER where the model's outputs are not finite
   */
  async predict(taskName: string, rows: readonly PredictionRow[]): Promise<Prediction[]> {
    requireString('taskName', taskName, 'the name of a task');
    requireList(rows);
    const task = this.task(taskName);
    const head = this.model.evaluation.heads[headIndex(this.model.evaluation.heads, task)];
    for (const [index, row] of rows.entries()) requireTexts(task, row, index);
    const examples = rows.map(({ textA, textB }, row) => ({ id: `row-${row}`, textA, textB, label: null }));
    const dataset = await tokenizeExamples(examples, this.tokenizer, this.model.limit, { task });
    const logits = await computeLogits(this.model.evaluation, dataset);
    const outputs = head?.outputs ?? 1;
    this.requireFinite(logits, outputs, examples);
    const predictions = predictionsOf(logits, outputs);
    return examples.map((_, row) =>
      toPrediction(task, logits.subarray(row * outputs, (row + 1) * outputs), predictions[row] ?? Number.NaN),
    );
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.model.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private requireFinite(logits: Float32Array, outputs: number, rows: readonly PredictionRow[]): void {
    const at = logits.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return;
    const row = Math.floor(at / outputs);
    const text = JSON.stringify(rows[row]?.textA.slice(0, SHOWN));
    const message =
      `${this.model.dir}: the model's outputs for row ${row} (from 0), which begins with ${text}, are not finite: its training diverged, ` +
      'or its weights are damaged. Train it again, with a lower learning rate where it diverged';
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { dir: this.model.dir, row });
  }
}

function requireString(name: string, value: unknown, what: string): void {
  if (typeof value !== 'string') throw new BornAgainError('ERR_INVALID_ARGUMENT', `${name} must be ${what}`, { [name]: value });
}

function requireList(rows: unknown): void {
  if (Array.isArray(rows)) return;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', 'rows must be a list of { textA, textB }; textB is null where the task has one text');
}

/** Also rows of JavaScript, which no compiler has seen. */
function requireTexts({ name, texts }: TaskDefinition, given: PredictionRow | null, row: number): void {
  const { textA, textB } = given ?? {};
  const fitting = typeof textA === 'string' && (texts === 2 ? typeof textB === 'string' : textB === null);
  if (fitting) return;
  const wanted = texts === 2 ? 'two texts, textA and textB' : 'one text, textA, and null as textB';
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `row ${row} (from 0): an example of ${name} has ${wanted}`, { task: name, row });
}

function toPrediction(task: TaskDefinition, logits: Float32Array, prediction: number): Prediction {
  if (task.kind === 'regression') return { label: null, score: rawScore(task, prediction), probabilities: [], logits: [...logits] };
  return { label: labelName(task, prediction), score: null, probabilities: [...softmax(logits)], logits: [...logits] };
}
