/**
 * Which of a training's models is kept, and when it stops early: the scores on dev so far, and the parameters of the best of them. What is
 * known belongs to the checkpoint (its notes), so a training that goes on from one decides as if it had not been stopped.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SelectionSettings } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';
import { listNumbered, type Checkpoint } from './checkpoints.js';
import type { TaskScores } from './events.js';
import type { Notes } from './session-state.js';
import type { Session } from './session.js';
import { removeFile } from '../util/remove-file.js';

/** A model in training, scored on dev. */
export interface Evaluation {
  /** Steps finished. */
  readonly step: number;
  /** By `selection.metric`; larger is better. */
  readonly score: number;
}

/** What a training's selection came to. */
export interface Selected {
  readonly keep: SelectionSettings['keep'];
  /** Of the best evaluation, the first of equals; its model is the one kept where `keep` is `best`. */
  readonly best: Evaluation;
  /** Times the model was scored. */
  readonly evaluations: number;
  /** Steps after which it stopped for want of a better score; null where it went to the end. */
  readonly stoppedAt: number | null;
}

export interface SelectionJob {
  readonly settings: SelectionSettings;
  /** Of the whole training; may be a fraction. */
  readonly epochs: number;
  /** Scores the session's model on dev. */
  readonly score: () => Promise<{ score: number; tasks: TaskScores }>;
}

/** Whether a training looks at dev at all before it is over. */
export function selects({ keep, patience }: SelectionSettings): boolean {
  return keep === 'best' || patience > 0;
}

const NOTE = 'selection';
const BEST = /^best-(\d+)\.safetensors$/;
const noteSchema = z.array(z.tuple([z.int().positive(), z.number()]));

export class Selection {
  private evaluations: Evaluation[] = [];

  /** @param folder of the checkpoints; `best-<step>.safetensors` is kept there */
  constructor(
    private readonly job: Omit<SelectionJob, 'score'>,
    private readonly totalSteps: number,
    private readonly folder: string,
  ) {}

  /** Whether the model after so many steps is to be scored and has not been. */
  due(step: number): boolean {
    if (step === 0 || this.evaluations.some((evaluation) => evaluation.step === step)) return false;
    if (step === this.totalSteps) return true;
    const { settings, epochs } = this.job;
    if (settings.every !== 'epoch') return step % settings.every === 0;
    const epochOf = (finished: number): number => Math.floor((finished * epochs) / this.totalSteps);
    return epochOf(step) > epochOf(step - 1);
  }

  get last(): Evaluation | null {
    return this.evaluations.at(-1) ?? null;
  }

  get best(): Evaluation | null {
    return this.bestUpTo(Infinity);
  }

  /** Whether patience is at its end. */
  get stops(): boolean {
    const { patience } = this.job.settings;
    const sinceBest = this.evaluations.filter(({ step }) => step > (this.best?.step ?? 0)).length;
    return patience > 0 && sinceBest >= patience;
  }

  /** Takes the score of the session's model, and keeps its parameters where it is the best. Throws ERR_IO, ERR_CANCELLED, and takes nothing then. */
  async add(evaluation: Evaluation, session: Session): Promise<void> {
    const isBest = this.best === null || evaluation.score > this.best.score;
    if (this.job.settings.keep === 'best' && isBest) await session.saveParameters(this.bestPath(evaluation.step));
    // Last: a checkpoint must not count on parameters that were not written.
    this.evaluations.push(evaluation);
  }

  /** Gives the session the parameters of the best evaluation, where these are to be kept. Throws ERR_CHECKPOINT, ERR_SAFETENSORS, ERR_IO. */
  async restoreBest(session: Session): Promise<void> {
    const { best } = this;
    if (this.job.settings.keep === 'best' && best !== null && best.step !== session.steps) {
      await session.loadParameters(this.bestPath(best.step));
    }
  }

  /** Null before the first evaluation. */
  get outcome(): Selected | null {
    const { best, last } = this;
    if (best === null || last === null) return null;
    const { keep } = this.job.settings;
    return { keep, best, evaluations: this.evaluations.length, stoppedAt: last.step < this.totalSteps && this.stops ? last.step : null };
  }

  toNotes(): Notes {
    return { [NOTE]: JSON.stringify(this.evaluations.map(({ step, score }) => [step, score])) };
  }

  /**
   * Takes over what a checkpoint says, and makes sure that the best parameters it counts on are there.
   * @throws BornAgainError ERR_CHECKPOINT, ERR_SAFETENSORS, ERR_IO
   */
  async restore(notes: Notes, { path }: Checkpoint, session: Session): Promise<void> {
    const parsed = noteSchema.safeParse(parseJson(notes[NOTE]));
    if (!parsed.success) {
      const message = `${path} does not say how the model did on dev: it is of a training without this selection. Train into another folder`;
      throw new BornAgainError('ERR_CHECKPOINT', message, { path });
    }
    this.evaluations = parsed.data.map(([step, score]) => ({ step, score }));
    const { best } = this;
    if (this.job.settings.keep !== 'best' || best === null) return;
    const kept = this.bestPath(best.step);
    if (!existsSync(kept)) {
      const message = `${path} counts on the parameters of ${kept}, which are not there. Put them back, or remove the folder's checkpoints to train anew`;
      throw new BornAgainError('ERR_CHECKPOINT', message, { path, missing: kept });
    }
    await session.checkParameters(kept);
  }

  /**
   * Removes kept parameters that neither the training nor one of its checkpoints counts on. Each checkpoint must know of every evaluation up
   * to its step. Throws ERR_IO.
   */
  async prune(checkpoints: readonly Checkpoint[]): Promise<void> {
    const needed = new Set([Infinity, ...checkpoints.map(({ step }) => step)].map((step) => this.bestUpTo(step)?.step));
    for (const { path, step } of await listNumbered(this.folder, BEST)) {
      if (needed.has(step)) continue;
      await removeFile(path);
    }
  }

  private bestUpTo(step: number): Evaluation | null {
    const known = this.evaluations.filter((evaluation) => evaluation.step <= step);
    return known.reduce<Evaluation | null>((best, own) => (best === null || own.score > best.score ? own : best), null);
  }

  private bestPath(step: number): string {
    return join(this.folder, `best-${String(step).padStart(8, '0')}.safetensors`);
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
