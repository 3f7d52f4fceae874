/**
 * Trains one model from its first step, or from its newest checkpoint, to its last. While the session computes a step on its own thread
 * the next batch is packed here. A run that was stopped and goes on ends with the same bytes as one that was not.
 */
import { performance } from 'node:perf_hooks';
import type { StepResult } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import { checkpointPath, listCheckpoints, pruneCheckpoints } from './checkpoints.js';
import type { OnEvent } from './events.js';
import { cancelledAfter, nonFiniteStep } from './failures.js';
import type { RunLog, StepLogTask } from './run-log.js';
import type { Session } from './session.js';
import type { PreparedStep, StepMaker, TrainingTask } from './step-maker.js';
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
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

/**
 * Leaves the session with the trained parameters.
 * @throws BornAgainError ERR_NON_FINITE_LOSS (step, example ids, last good checkpoint), ERR_CANCELLED (after a checkpoint of the last
 *   finished step), ERR_IO (a full disk; earlier checkpoints stay), ERR_CHECKPOINT or ERR_SAFETENSORS (no checkpoint can be read)
 */
export async function train(job: TrainingJob): Promise<void> {
  const { runId, arm, seed, tasks, steps, session, log, signal, onEvent } = job;
  const startStep = await resume(job);
  const names = tasks.map(({ dataset }) => dataset.task.name);
  onEvent({ kind: 'run-started', runId, arm, tasks: names, seed, totalSteps: steps.totalSteps, startStep });
  await log.open(startStep);
  const cancel = (): void => session.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    await runSteps(job, startStep);
  } catch (error) {
    const cancelled = error instanceof BornAgainError && error.code === 'ERR_CANCELLED';
    throw cancelled ? await keepCancelled(job) : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

async function runSteps(job: TrainingJob, startStep: number): Promise<void> {
  const { session, steps, checkpointSteps, signal } = job;
  const throughput = new Throughput();
  let next = startStep < steps.totalSteps ? steps.prepare(startStep) : null;
  for (let step = startStep; next !== null; step += 1) {
    if (signal?.aborted === true) throw new BornAgainError('ERR_CANCELLED', 'cancelled between two steps');
    const current = next;
    const [result, following] = await Promise.all([runStep(job, step, current), prepareNext(steps, step + 1)]);
    next = following;
    record(job, current, result, throughput);
    const last = next === null;
    if (checkpointSteps > 0 && (last || session.steps % checkpointSteps === 0)) await saveCheckpoint(job);
  }
}

/** Runs beside the session's step: `Promise.all` has started that one when this begins. */
async function prepareNext(steps: StepMaker, step: number): Promise<PreparedStep | null> {
  return step < steps.totalSteps ? steps.prepare(step) : null;
}

async function runStep(job: TrainingJob, step: number, prepared: PreparedStep): Promise<StepResult> {
  try {
    return await job.session.step(prepared.batch, { learningRate: prepared.learningRate });
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
  const tokens = prepared.batch.tokenIds.length;
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

async function saveCheckpoint({ session, checkpointDir, log }: TrainingJob): Promise<string> {
  log.flush();
  const path = checkpointPath(checkpointDir, session.steps);
  await session.saveState(path);
  await pruneCheckpoints(checkpointDir);
  return path;
}

async function keepCancelled(job: TrainingJob): Promise<BornAgainError> {
  const { runId, session, steps, checkpointSteps } = job;
  const path = checkpointSteps > 0 && session.steps > 0 ? await saveCheckpoint(job) : null;
  return cancelledAfter(runId, session.steps, steps.totalSteps, path);
}

/**
 * Loads the newest checkpoint that can be read, saying so where that is not the newest one.
 * @returns the number of finished steps; 0 where there is no checkpoint
 */
async function resume({ runId, session, steps, checkpointDir, onEvent }: TrainingJob): Promise<number> {
  const checkpoints = await listCheckpoints(checkpointDir);
  for (const [age, { path, step }] of checkpoints.entries()) {
    try {
      await session.loadState(path);
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

function isUnreadable(error: unknown): error is BornAgainError {
  return error instanceof BornAgainError && (error.code === 'ERR_CHECKPOINT' || error.code === 'ERR_SAFETENSORS');
}
