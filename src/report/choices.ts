/** Which choices a run was made with, where the paper and its code differ or a user decided: the reader of a table must know them. */
import { describeAnnealing } from '../config/annealing.js';
import { departuresOf } from '../config/load.js';
import type { Config, TrainingShape } from '../config/schema.js';
import type { GridResult } from '../experiment/grid.js';
import { formatPlural } from '../util/format.js';

/** A few short lines, such as `loss: mean over the batch`. */
export function describeChoices(config: Config): string[] {
  return [
    describePreset(config),
    `loss: ${config.loss.reduction} over the batch; task sampling: ${describeSampling(config)}`,
    `regression head: ${config.model.regression}; Adam bias correction: ${config.optimizer.biasCorrection ? 'yes' : 'no'}; ` +
      `teacher annealing: ${describeAnnealing(config.distillation)}`,
    `single: ${describeShape(config.single)}; multi: ${describeShape(config.multi)}`,
    ...describeSelection(config),
  ];
}

/** A line for each model that a grid chose the setting of, and what that makes of the scores. Nothing where nothing was tried. */
export function describeGrid(grid: readonly GridResult[]): string[] {
  const chosen = grid.map(({ arm, task, seeds, points, chosen }) => {
    const best = points.find((point) => point.learningRate === chosen.learningRate && point.layerDecay === chosen.layerDecay);
    const setting = `rate ${chosen.learningRate}, layer decay ${chosen.layerDecay}`;
    return `${arm}, ${task}: ${setting} chosen on dev from ${points.length} settings (${best?.score.toFixed(3)}, ${formatPlural(seeds.length, 'seed')} each)`;
  });
  return chosen.length === 0 ? [] : [...chosen, 'Dev scores above are of settings chosen on dev, so they are optimistic'];
}

/** Nothing where every model is that of its last step. A score on the set that chose the model is not one on unseen data: say so. */
function describeSelection({ selection: { keep, every, metric, patience } }: Config): string[] {
  if (keep === 'last' && patience === 0) return [];
  const when = every === 'epoch' ? 'after each epoch' : `every ${every} steps`;
  const by = `the dev score (${metric}) ${when}`;
  const early = patience === 0 ? [] : [`training stops after ${patience} evaluations without a better one`];
  const best = keep === 'best' ? ['the best model is kept'] : [];
  return [`selection by ${by}: ${[...best, ...early].join('; ')}. Dev scores above are of models selected on dev, so they are optimistic`];
}

function describePreset(config: Config): string {
  const changes = Object.entries(departuresOf(config)).map(
    ([path, { preset, value }]) => `${path} ${JSON.stringify(preset)} -> ${JSON.stringify(value)}`,
  );
  const base = config.preset === 'custom' ? 'no preset (defaults)' : `preset ${config.preset}`;
  return changes.length === 0 ? base : `${base}, changed: ${changes.join(', ')}`;
}

function describeSampling({ sampling }: Config): string {
  const { exponent, endExponent } = sampling;
  const share = endExponent === null ? `size^${exponent}` : `size^(${exponent} to ${endExponent})`;
  const kinds = {
    random: `random, P ~ ${share}`,
    copies: `copies and loss weights, ~ ${share}`,
    weights: `every set once, loss weights, ~ ${share}`,
  };
  return sampling.order === 'fixed' ? `${kinds[sampling.kind]}, one order for all epochs and seeds` : kinds[sampling.kind];
}

function describeShape({ epochs, batchSize, accumulate, learningRate, layerDecay, grid }: TrainingShape): string {
  const rate = oneOf(grid.learningRate, learningRate);
  const decay = oneOf(grid.layerDecay, layerDecay);
  const micro = accumulate === 1 ? '' : ` in ${accumulate} micro-batches`;
  return `${epochs} epochs of batch ${batchSize}${micro}, rate ${rate}, layer decay ${decay}`;
}

/** The values of a grid, or the one value. */
function oneOf(tried: readonly number[], value: number): string {
  return tried.length === 0 ? String(value) : `one of ${tried.join(', ')}`;
}
