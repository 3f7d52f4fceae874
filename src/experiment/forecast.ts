/** `bornagain run --dry-run`: what an experiment would train and what that costs, before anything is spent. */
import type { Config } from '../config/schema.js';
import { checkVariants } from '../config/variants.js';
import { readBertConfig, type BertConfig } from '../nn/bert-config.js';
import { taskRegistry } from '../tasks/index.js';
import { planRuns, type PlannedRun, type RunKind } from './arms.js';
import { calibrate } from './calibrate.js';
import { createContext, type RunContext } from './context.js';
import { replacesModel, type Replaces } from './earlier-models.js';
import { findFinished, resolveRun } from './finished-runs.js';
import { isTried } from './grid.js';
import { checkClaim, checkOutputFolder } from './output-folder.js';
import type { ExperimentOptions } from './run.js';
import { chooseParallelRuns, type ParallelRuns } from './parallel-runs.js';
import { finishedRun, settingsOf, sharedTwin } from './run-model.js';
import { needsOf, runFolder, type Records } from './sources.js';
import { NOTHING, workOf, type RunWork } from './work.js';

/** Of each kind of run. */
const CALIBRATION_SECONDS = 3;
const BYTES_PER_VALUE = 4;
/** A checkpoint holds parameters and two moments; the last two are kept, and a third is being written. */
const CHECKPOINT_COPIES = 3 * 3;

/** What is left of a run: nothing where it is finished. */
export interface PlannedWork extends RunWork {
  readonly run: PlannedRun;
  /** By an earlier call, or in the folder that experiments share: it is not trained again. One that was only begun counts as a whole. */
  readonly finished: boolean;
  readonly needs: readonly string[];
  /** Whether it puts an end to a model that is finished in the output folder, with other settings. */
  readonly replaces: Replaces;
  /** Of training, at the measured rate; evaluation and writing come on top. */
  readonly seconds: number;
}

export interface Forecast {
  /** In the order of training, the finished ones too. */
  readonly runs: readonly PlannedWork[];
  /** Real tokens per second of training, by kind of run that is left, measured just now. */
  readonly tokensPerSecond: Readonly<Partial<Record<RunKind, number>>>;
  /** How many models train at once, and what was measured to find out. */
  readonly parallelRuns: ParallelRuns;
  /** Of all models still to be kept, in bytes; one that a grid chose is linked, not written again. */
  readonly modelBytes: number;
  /** Of the checkpoints that exist at once at most, in bytes. */
  readonly checkpointBytes: number;
}

/** Without `outDir`, of an experiment that begins anew. */
export type ForecastOptions = Omit<ExperimentOptions, 'outDir' | 'command'> & Partial<Pick<ExperimentOptions, 'outDir'>>;

/**
 * Tokenises the data (into the cache) and trains for a few seconds in memory; the output folder is read, and nothing is written there.
 * @throws BornAgainError ERR_OUTPUT_FOLDER (as the run itself would throw), and as planning, reading data and training do
 */
export async function forecast(options: ForecastOptions): Promise<Forecast> {
  const { config, outDir } = options;
  checkVariants(config);
  const plan = planRuns(config);
  const found = outDir === undefined ? null : await checkOutputFolder(outDir, config);
  const context = await createContext({ ...options, tasks: [...new Set(plan.flatMap((run) => run.tasks))], teacherOutputsDir: '' });
  const here = new Set<string>();
  const finished = await findFinished(context, outDir ?? '', plan, taskRegistry(config), async (run, settings) => {
    const record = outDir === undefined ? null : await finishedRun(runFolder(outDir, run.id), settings);
    if (record !== null) here.add(run.id);
    return record ?? (await sharedTwin(context, run, settings))?.record ?? null;
  });
  if (outDir !== undefined) await checkClaim(outDir, { found, context, plan, training: here.size < plan.length });
  const pending = plan.filter(({ id }) => !finished.has(id));
  const bert = await readBertConfig(options.modelDir);
  const tokensPerSecond = await rates(context, pending);
  const replaced = outDir === undefined ? null : await replacedModels(context, outDir, pending, finished);
  const runs = plan.map((run) => {
    const isFinished = finished.has(run.id);
    const work = isFinished || isTried(run) ? NOTHING : workOf(run, context.data, bert);
    const seconds = isFinished ? 0 : work.tokens / (tokensPerSecond[run.kind] ?? NaN);
    return { run, finished: isFinished, needs: needsOf(run), replaces: replaced?.get(run.id) ?? 'no', ...work, seconds };
  });
  const work = new Map(runs.map(({ run, tokens }) => [run.id, tokens]));
  const parallelRuns = await chooseParallelRuns(context, pending, ({ id }) => work.get(id) ?? 0);
  const bytes = parameterCount(bert) * BYTES_PER_VALUE;
  return {
    runs,
    tokensPerSecond,
    parallelRuns,
    modelBytes: bytes * pending.filter((run) => !isTried(run)).length,
    checkpointBytes: bytes * CHECKPOINT_COPIES * checkpointedRuns(config, Math.min(parallelRuns.chosen, pending.length)),
  };
}

/** By run id. */
async function replacedModels(
  context: RunContext,
  outDir: string,
  pending: readonly PlannedRun[],
  finished: Records,
): Promise<Map<string, Replaces>> {
  const registry = taskRegistry(context.config);
  const replaced = new Map<string, Replaces>();
  for (const run of pending) {
    const ready = resolveRun(outDir, run, finished, registry);
    const settings = ready === null ? null : settingsOf(context, ready.run, ready.sources);
    replaced.set(run.id, await replacesModel(runFolder(outDir, run.id), settings));
  }
  return replaced;
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
