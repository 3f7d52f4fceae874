/** The predictions of one file of a submission, in the test file's order. */
import { outputsOf } from '../../distill/targets.js';
import { formatScore, labelName } from '../../tasks/index.js';
import type { TokenizedDataset } from '../../data/types.js';
import { computeLogits, predictionsOf } from '../../train/evaluate.js';
import type { InferenceModel } from '../../train/inference.js';
import { BornAgainError } from '../../util/errors.js';
import { HEADER } from './files.js';

/** A test example's id is `<split>-<row>`, row counted from 0 over all rows of the file. */
function rowOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

/**
 * By row number, as the upload writes it; rows that were left out of the data set are not in it.
 * @throws BornAgainError ERR_UNKNOWN_TASK, ERR_INVALID_ARGUMENT for a model that predicts NaN
 */
export async function predictRows(model: InferenceModel, dataset: TokenizedDataset): Promise<Map<number, string>> {
  const { task } = dataset;
  const predictions = predictionsOf(await computeLogits(model.evaluation, dataset), outputsOf(task));
  const rows = new Map<number, string>();
  predictions.forEach((prediction, index) => {
    const id = dataset.id(index);
    if (Number.isNaN(prediction)) {
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `${model.dir} predicts NaN for ${task.name} ${id}: its weights are not finite`, {
        id,
      });
    }
    rows.set(rowOf(id), task.kind === 'regression' ? formatScore(task, prediction) : labelName(task, prediction));
  });
  return rows;
}

/** The file's content. @param fill what stands in for rows without a prediction */
export function fileText(rows: number, predictions: ReadonlyMap<number, string>, fill: string): string {
  const lines = Array.from({ length: rows }, (_, row) => `${row}\t${predictions.get(row) ?? fill}`);
  return `${[HEADER, ...lines].join('\n')}\n`;
}
