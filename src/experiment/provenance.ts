/** How a model was made, as its folder keeps it and its card tells it. */
import { basename, resolve } from 'node:path';
import { modelDepartures } from '../config/load.js';
import type { Config, TrainingShape } from '../config/schema.js';
import type { ModelInfo } from '../nn/heads-file.js';
import type { TrainingTask } from '../train/step-maker.js';

export interface Making {
  readonly config: Config;
  /** The encoder's folder, and its hash (`modelFolderHash`). */
  readonly modelDir: string;
  readonly modelHash: string;
  readonly shape: TrainingShape;
  readonly steps: number;
  readonly tasks: readonly TrainingTask[];
}

/** `made` of the model's description. */
export function provenance({ config, modelDir, modelHash, shape, steps, tasks }: Making): NonNullable<ModelInfo['made']> {
  const { batchSize, learningRate, layerDecay } = shape;
  const { annealing, lambda, switchAt } = config.distillation;
  const weight = { annealing, lambda: annealing === 'constant' ? lambda : null, switchAt: annealing === 'step' ? switchAt : null };
  const taught = tasks.filter(({ teacher }) => teacher !== null).map(({ dataset }) => dataset.task.name);
  return {
    encoder: { name: basename(resolve(modelDir)), hash: modelHash },
    training: { steps, batchSize, learningRate, layerDecay },
    distillation: taught.length === 0 ? null : { tasks: taught, ...weight },
    departures: modelDepartures(config),
  };
}
