/** How fast this machine trains: a few seconds of real steps, on copies in memory. Nothing is written. */
import { performance } from 'node:perf_hooks';
import { SharedCores } from '../train/shared-cores.js';
import { createStepMaker, tokensOf } from '../train/step-maker.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';
import { createSession, newModel } from './fit-model.js';
import { shapeOf } from './grid.js';

/** Until then buffers grow and caches fill. */
const WARM_UP_STEPS = 2;

/**
 * Real tokens per second of training such a run, without distillation (which costs nothing in the step: targets are stored).
 * @param seconds at least so long; at least one step
 */
export async function calibrate(context: RunContext, run: PlannedRun, seconds: number): Promise<number> {
  const { config, seed } = run;
  const tasks = run.tasks.map((task) => ({ dataset: context.data.get(task, 'train'), teacher: null }));
  const model = await newModel(context, run, tasks);
  const shape = shapeOf(run);
  const session = createSession(context, run, model);
  try {
    const steps = createStepMaker({ tasks, shape, config, seed });
    let tokens = 0;
    let started = performance.now();
    for (let step = 0; ; step += 1) {
      if (step === WARM_UP_STEPS) [tokens, started] = [0, performance.now()];
      const prepared = steps.prepare(step % steps.totalSteps);
      await session.step(prepared.batches, { learningRate: prepared.learningRate });
      tokens += tokensOf(prepared);
      const elapsed = (performance.now() - started) / 1000;
      if (step >= WARM_UP_STEPS && elapsed >= seconds) return tokens / elapsed;
    }
  } finally {
    await session.close();
    for (const module of [model.bert, ...model.heads]) module.dispose();
  }
}

/** Real tokens per second of that many such runs trained side by side, the cores divided between them. */
export async function calibrateSideBySide(context: RunContext, run: PlannedRun, parallelRuns: number, seconds: number): Promise<number> {
  const shared = { ...context, cores: new SharedCores(parallelRuns) };
  const rates = await Promise.all(Array.from({ length: parallelRuns }, () => calibrate(shared, run, seconds)));
  return rates.reduce((sum, rate) => sum + rate, 0);
}
