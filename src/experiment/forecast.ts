/** `bornagain run --dry-run`: what an experiment would train and what that costs, before anything is spent. */
import type { Config } from '../config/schema.js';
import { checkVariants } from '../config/variants.js';
import { readBertConfig, type BertConfig } from '../nn/bert-config.js';
import { planRuns, type PlannedRun, type RunKind } from './arms.js';
import { calibrate } from './calibrate.js';
import { createContext, type RunContext } from './context.js';
import { isTried } from './grid.js';
import type { ExperimentOptions } from './run.js';
import { chooseParallelRuns, type ParallelRuns } from './parallel-runs.js';
import { needsOf } from './sources.js';
import { NOTHING, workOf, type RunWork } from './work.js';

/** Of each kind of run. */
const CALIBRATION_SECONDS = 3;
const BYTES_PER_VALUE = 4;
/** A checkpoint holds parameters and two moments; the last two are kept, and a third is being written. */
const CHECKPOINT_COPIES = 3 * 3;

export interface PlannedWork extends RunWork {
  readonly run: PlannedRun;
  readonly needs: readonly string[];
  /** Of training, at the measured rate; evaluation and writing come on top. */
  readonly seconds: number;
}

export interface Forecast {
  /** In the order of training; those an earlier call has finished are in it. */
  readonly runs: readonly PlannedWork[];
  /** Real tokens per second of training, by kind of run, measured just now. */
  readonly tokensPerSecond: Readonly<Partial<Record<RunKind, number>>>;
  /** How many models train at once, and what was measured to find out. */
  readonly parallelRuns: ParallelRuns;
  /** Of all models kept, in bytes. */
  readonly modelBytes: number;
  /** Of the checkpoints that exist at once at most, in bytes. */
  readonly checkpointBytes: number;
}

/**
 * Tokenises the data (into the cache) and trains for a few seconds in memory; the output folder is neither read nor written.
 * @throws BornAgainError as planning, reading data and training do
 */
export async function forecast(options: Omit<ExperimentOptions, 'outDir'>): Promise<Forecast> {
  const { config } = options;
  checkVariants(config);
  const plan = planRuns(config);
  const context = await createContext({ ...options, tasks: [...new Set(plan.flatMap((run) => run.tasks))], teacherOutputsDir: '' });
  const bert = await readBertConfig(options.modelDir);
  const tokensPerSecond = await rates(context, plan);
  const runs = plan.map((run) => {
    const work = isTried(run) ? NOTHING : workOf(run, context.data, bert);
    return { run, needs: needsOf(run), ...work, seconds: work.tokens / (tokensPerSecond[run.kind] ?? NaN) };
  });
  const work = new Map(runs.map(({ run, tokens }) => [run.id, tokens]));
  const parallelRuns = await chooseParallelRuns(context, plan, ({ id }) => work.get(id) ?? 0);
  const bytes = parameterCount(bert) * BYTES_PER_VALUE;
  return {
    runs,
    tokensPerSecond,
    parallelRuns,
    modelBytes: bytes * runs.length,
    checkpointBytes: bytes * CHECKPOINT_COPIES * checkpointedRuns(config, Math.min(parallelRuns.chosen, runs.length)),
  };
}

async function rates(context: RunContext, plan: readonly PlannedRun[]): Promise<Partial<Record<RunKind, number>>> {
  const measured: Partial<Record<RunKind, number>> = {};
  for (const run of plan) measured[run.kind] ??= await calibrate(context, run, CALIBRATION_SECONDS);
  return measured;
}

function checkpointedRuns({ runtime }: Config, atOnce: number): number {
  return runtime.checkpointSteps === 0 ? 0 : atOnce;
}

/** Of the encoder; heads are small beside it. */
function parameterCount({ vocabSize, maxPositions, typeVocabSize, hiddenSize: h, intermediateSize: f, layers }: BertConfig): number {
  const embeddings = (vocabSize + maxPositions + typeVocabSize + 2) * h;
  const layer = 4 * (h * h + h) + 2 * h * f + f + h + 4 * h;
  return embeddings + layers * layer + h * h + h;
}
