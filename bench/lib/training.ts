/** bench/ours/training.mjs: what it is asked, what it answers. */
import { fileURLToPath } from 'node:url';
import { askProgram } from './child.js';

const PROGRAM = fileURLToPath(new URL('../ours/training.mjs', import.meta.url));

export interface TrainingRequest {
  readonly folder: string;
  readonly tasks: number;
  /** Of the rows of each task's set, [CLS] and [SEP] counted. */
  readonly lengths: readonly number[];
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
  /** Trainings, one after another or at once. */
  readonly runs?: number;
  readonly together?: boolean;
}

export interface TrainingAnswer {
  readonly steps: number;
  /** Of the steps behind the first tenth: in all, and inside native compute. */
  readonly seconds: number;
  readonly native: number;
  readonly tokensPerSecond: number;
  /** [step, bytes resident] */
  readonly memory: readonly (readonly [number, number])[];
  /** Of all trainings, opening and closing included. */
  readonly allSeconds: number;
}

export const runTraining = (request: TrainingRequest): Promise<TrainingAnswer> => askProgram(PROGRAM, request);
