/**
 * Trains one model from its first step, or from its newest checkpoint, to its last. While the session computes a step on its own thread
 * the next one is packed here and handed over, so that the session waits for nothing between two steps. A run that was stopped and goes on
 * ends with the same bytes as one that was not.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { StepResult } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import { checkpointPath, listCheckpoints, pruneCheckpoints } from './checkpoints.js';
import type { OnEvent } from './events.js';
import { cancelledAfter, nonFiniteStep } from './failures.js';
import { JsonLinesLog } from './json-lines-log.js';
import { LOG_FILES, type RunLog, type SelectionLogEntry, type StepLogTask } from './run-log.js';
import { Selection, type Selected, type SelectionJob } from './selection.js';
import type { Notes } from './session-state.js';
import type { Session } from './session.js';
import { tokensOf, type PreparedStep, type StepMaker, type TrainingTask } from './step-maker.js';
import { Throughput } from './throughput.js';

export interface TrainingJob {
  readonly runId: string;
  readonly arm: string;
  readonly seed: number;
  readonly session: Session;
  readonly tasks: readonly TrainingTask[];
  readonly steps: StepMaker;
  /** Opened here, when it is known which step comes first; closed by the caller. */
  readonly log: RunLog;
  readonly checkpointDir: string;
  /** Steps between checkpoints; 0 keeps none, not even when cancelled. */
  readonly checkpointSteps: number;
  /** What the training is, as a hash of all that decides it: a checkpoint of another one is refused. Without it any of this model will do. */
  readonly identity?: string | undefined;
  /** Without it the last model is the one kept, and dev is not looked at. */
  readonly selection?: SelectionJob | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

/** A training at work: its job, and how it looks at dev. */
interface Training {
  readonly job: TrainingJob;
  readonly selection: OpenSelection | null;
}

interface OpenSelection {
  readonly state: Selection;
  readonly job: SelectionJob;
  readonly log: JsonLinesLog<SelectionLogEntry>;
}

/**
 * Leaves the session with the parameters that are to be kept: those of the last step, or of the best evaluation.
 * @returns what the selection came to; null without one
 * @throws BornAgainError ERR_NON_FINITE_LOSS (step, example ids, last good checkpoint), ERR_CANCELLED (after a checkpoint of the last
 *   finished step), ERR_IO (a full disk; earlier checkpoints stay), ERR_CHECKPOINT or ERR_SAFETENSORS (no checkpoint can be read)
 */
export async function train(job: TrainingJob): Promise<Selected | null> {
  const { runId, arm, seed, tasks, steps, session, log, checkpointDir, selection: wanted, signal, onEvent } = job;
  const state = wanted === undefined ? null : new Selection(wanted, steps.totalSteps, checkpointDir);
  const startStep = await resume(job, state);
  const names = tasks.map(({ dataset }) => dataset.task.name);
  onEvent({ kind: 'run-started', runId, arm, tasks: names, seed, totalSteps: steps.totalSteps, startStep });
  await log.open(startStep);
  const selection = wanted === undefined || state === null ? null : await openSelection(job, wanted, state);
  const cancel = (): void => session.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    await runSteps({ job, selection }, startStep);
    await state?.restoreBest(session);
    return state?.outcome ?? null;
  } catch (error) {
    const cancelled = error instanceof BornAgainError && error.code === 'ERR_CANCELLED';
    throw cancelled ? await keepCancelled({ job, selection }) : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    selection?.log.close();
  }
}

async function openSelection({ log }: TrainingJob, job: SelectionJob, state: Selection): Promise<OpenSelection> {
  const file = join(log.folder, LOG_FILES.selection);
  return { job, state, log: await JsonLinesLog.open<SelectionLogEntry>(file, state.last?.step ?? 0) };
}

/** A step that the session computes, or that waits for the one before it. */
interface HandedOver {
  readonly prepared: PreparedStep;
  readonly result: Promise<StepResult>;
}

async function runSteps(training: Training, startStep: number): Promise<void> {
  const { job, selection } = training;
  const { steps, checkpointSteps, signal } = job;
  const throughput = new Throughput();
  const scores = (finished: number): boolean => selection?.state.due(finished) === true;
  // A call that ended between a step and its evaluation left that to this one.
  if (selection !== null && scores(startStep)) await evaluate(training, selection);
  const ends = (finished: number): boolean => finished >= steps.totalSteps || selection?.state.stops === true;
  const keeps = (finished: number): boolean => checkpointSteps > 0 && (finished % checkpointSteps === 0 || ends(finished));
  let waiting: HandedOver | null = null;
  try {
    for (let step = startStep; !ends(step); step += 1) {
      const current: HandedOver = waiting ?? handOver(job, step);
      // The next step waits in the session, whose thread goes on at once; but not where the model is wanted between the two.
      const pauses = ends(step + 1) || scores(step + 1) || keeps(step + 1);
      waiting = pauses || signal?.aborted === true ? null : handOver(job, step + 1);
      record(job, current.prepared, await current.result, throughput);
      if (selection !== null && scores(step + 1)) await evaluate(training, selection);
      if (keeps(step + 1)) await saveCheckpoint(training);
    }
  } finally {
    // What waits behind a step that failed is not computed, but the session says so in its own time.
    await Promise.allSettled([waiting?.result]);
  }
}

/** Packs a step, beside the one that the session computes, and puts it behind that one. */
function handOver(job: TrainingJob, step: number): HandedOver {
  if (job.signal?.aborted === true) throw new BornAgainError('ERR_CANCELLED', 'cancelled between two steps');
  const prepared = job.steps.prepare(step);
  const result = runStep(job, step, prepared);
  // It is awaited when its turn comes: until then a rejection is not one that nobody heard.
  result.catch(() => undefined);
  return { prepared, result };
}

/** Scores the model on dev. It is kept where it is the best so far. */
async function evaluate(training: Training, { state, job: { score }, log }: OpenSelection): Promise<void> {
  const { runId, session, checkpointDir, onEvent } = training.job;
  const evaluation = { step: session.steps, ...(await score()) };
  await state.add({ step: evaluation.step, score: evaluation.score }, session);
  log.append(evaluation);
  const checkpoints = await listCheckpoints(checkpointDir);
  // A checkpoint of this very step is of a call that was cancelled before it had this score, and counts on the best model of before. It is
  // told of the score first: that model may go now.
  if (checkpoints.some(({ step }) => step === evaluation.step)) await saveCheckpoint(training);
  else await state.prune(checkpoints);
  onEvent({ kind: 'selection', runId, ...evaluation, best: state.best ?? evaluation, stops: state.stops });
}

async function runStep(job: TrainingJob, step: number, prepared: PreparedStep): Promise<StepResult> {
  try {
    return await job.session.step(prepared.batches, { learningRate: prepared.learningRate, after: step });
  } catch (cause) {
    if (!(cause instanceof BornAgainError) || cause.code !== 'ERR_NON_FINITE_LOSS') throw cause;
    const { runId, tasks, steps, checkpointDir } = job;
    const checkpoints = await listCheckpoints(checkpointDir);
    throw nonFiniteStep({ runId, step: step + 1, totalSteps: steps.totalSteps, prepared, tasks, checkpoints, cause });
  }
}

/** A step in the logs and its event. */
function record(job: TrainingJob, prepared: PreparedStep, result: StepResult, throughput: Throughput): void {
  const { step, loss, gradientNorm, seconds } = result;
  const { lambda, learningRate } = prepared;
  const tokens = tokensOf(prepared);
  const tasks = lossesByTask(job.tasks, prepared, result.losses);
  throughput.add(tokens, performance.now());
  const { tokensPerSecond } = throughput;
  job.log.step({ step, loss, lambda, learningRate, gradientNorm, tokens, tasks }, { seconds, tokensPerSecond });
  const { runId, steps, onEvent } = job;
  onEvent({ kind: 'step', runId, step, totalSteps: steps.totalSteps, loss, lambda, learningRate, tokens, tokensPerSecond });
}

function lossesByTask(tasks: readonly TrainingTask[], { examples }: PreparedStep, losses: Float32Array): Record<string, StepLogTask> {
  const counts = new Float64Array(tasks.length);
  const sums = new Float64Array(tasks.length);
  examples.forEach(({ task }, position) => {
    counts[task] = (counts[task] ?? 0) + 1;
    sums[task] = (sums[task] ?? 0) + (losses[position] ?? Number.NaN);
  });
  const present = [...tasks.entries()].filter(([task]) => (counts[task] ?? 0) > 0);
  return Object.fromEntries(
    present.map(([task, { dataset }]) => {
      const count = counts[task] ?? 0;
      return [dataset.task.name, { count, loss: (sums[task] ?? 0) / count }];
    }),
  );
}

async function saveCheckpoint({ job: { session, checkpointDir, identity, log }, selection }: Training): Promise<string> {
  log.flush();
  selection?.log.flush();
  const path = checkpointPath(checkpointDir, session.steps);
  await session.saveState(path, { ...selection?.state.toNotes(), ...(identity === undefined ? {} : { training: identity }) });
  await pruneCheckpoints(checkpointDir, session.steps);
  await selection?.state.prune(await listCheckpoints(checkpointDir));
  return path;
}

async function keepCancelled(training: Training): Promise<BornAgainError> {
  const { runId, session, steps, checkpointSteps } = training.job;
  const path = checkpointSteps > 0 && session.steps > 0 ? await saveCheckpoint(training) : null;
  return cancelledAfter(runId, session.steps, steps.totalSteps, path);
}

/**
 * Loads the newest checkpoint that can be read, saying so where that is not the newest one.
 * @returns the number of finished steps; 0 where there is no checkpoint
 */
async function resume(job: TrainingJob, selection: Selection | null): Promise<number> {
  const { runId, session, steps, checkpointDir, onEvent } = job;
  const checkpoints = await listCheckpoints(checkpointDir);
  for (const [age, checkpoint] of checkpoints.entries()) {
    const { path, step } = checkpoint;
    try {
      const notes = await session.loadState(path);
      requireSameTraining(job, path, notes);
      await selection?.restore(notes, checkpoint, session);
      if (session.steps === step && step <= steps.totalSteps) return step;
      throw new BornAgainError('ERR_CHECKPOINT', `${path} holds step ${session.steps} of a training of ${steps.totalSteps} steps`, {
        path,
      });
    } catch (error) {
      const older = age + 1 < checkpoints.length;
      if (!older || !isUnreadable(error)) throw error;
      onEvent({ kind: 'notice', level: 'warning', runId, message: `${error.message}. The checkpoint before it is taken` });
    }
  }
  return 0;
}

/** Checkpoints of before there was an identity have none. */
function requireSameTraining({ identity, runId }: TrainingJob, path: string, { training }: Notes): void {
  if (training === undefined || identity === undefined || training === identity) return;
  const message = `${path} is a checkpoint of another training than ${runId}: its settings, data or teachers are others. Remove it, or choose another output folder`;
  throw new BornAgainError('ERR_CHECKPOINT', message, { path, runId });
}

function isUnreadable(error: unknown): error is BornAgainError {
  return error instanceof BornAgainError && (error.code === 'ERR_CHECKPOINT' || error.code === 'ERR_SAFETENSORS');
}
