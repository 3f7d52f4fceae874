/** How much work a run is: steps, expected tokens and floating-point operations, from the sets' sizes and lengths alone. */
import { planSize } from '../data/plan-size.js';
import type { TokenizedDataset } from '../data/types.js';
import { outputsOf } from '../distill/targets.js';
import type { BertConfig } from '../nn/bert-config.js';
import type { PreparedData } from '../train/prepare-data.js';
import type { PlannedRun } from './arms.js';
import { shapeOf } from './grid.js';

export interface RunWork {
  readonly steps: number;
  /** Expected; without padding, [CLS] and [SEP] counted. */
  readonly tokens: number;
  /** Expected, of training: F = 6 N Σs + 12 L h Σs² + 6 (h² + h C) per sequence, N = L (4 h² + 2 h f). */
  readonly flops: number;
}

/** Of a run that takes a finished trial over. */
export const NOTHING: RunWork = { steps: 0, tokens: 0, flops: 0 };

/** Of the training alone, with the shape of the encoder that is trained. */
export function workOf(run: PlannedRun, data: PreparedData, bert: BertConfig): RunWork {
  const datasets = run.tasks.map((task) => data.get(task, 'train'));
  const { batchSize, epochs } = shapeOf(run);
  const { totalSteps, examples } = planSize({ sizes: datasets.map(({ size }) => size), batchSize, epochs, ...run.config.sampling });
  let tokens = 0;
  let flops = 0;
  datasets.forEach((dataset, task) => {
    const { mean, meanSquare } = lengths(dataset);
    const count = examples[task] ?? 0;
    tokens += count * mean;
    flops += count * trainingFlops(bert, outputsOf(dataset.task), mean, meanSquare);
  });
  return { steps: totalSteps, tokens, flops };
}

function trainingFlops(bert: BertConfig, outputs: number, mean: number, meanSquare: number): number {
  const { layers, hiddenSize: h, intermediateSize: f } = bert;
  const weights = layers * (4 * h * h + 2 * h * f);
  return 6 * weights * mean + 12 * layers * h * meanSquare + 6 * (h * h + h * outputs);
}

/** Moments of the sequence lengths. */
function lengths(dataset: TokenizedDataset): { mean: number; meanSquare: number } {
  let squares = 0;
  for (let index = 0; index < dataset.size; index += 1) squares += dataset.length(index) ** 2;
  return { mean: dataset.totalTokens / dataset.size, meanSquare: squares / dataset.size };
}
