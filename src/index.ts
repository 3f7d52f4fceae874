/**
 * The public API: what may be imported from `bornagain`. Importing it loads no native code; the first tensor, module or session does.
 * Whatever is not here is internal and may change.
 */

// Errors: every failure a caller can act on is one of these, told apart by `code`.
export { BornAgainError } from './util/errors.js';
export type { ErrorCode } from './util/errors.js';

// Configuration: presets, files and overrides to one complete record.
export { departuresOf, resolveConfig } from './config/load.js';
export type { ConfigSources, Departure } from './config/load.js';
export { PRESETS, PRESET_NAMES } from './config/presets.js';
export { configSchema } from './config/schema.js';
export type {
  Annealing,
  Arm,
  Config,
  ConfigInput,
  Engine,
  HeadInit,
  Precision,
  Products,
  Sampling,
  SessionRuntime,
} from './config/schema.js';
export type { CustomTask } from './config/custom-tasks.js';
export { configJsonSchema } from './config/unknown-keys.js';

// Tasks and their files: GLUE's, and those a configuration describes.
export { GLUE_TASKS, readExamples, taskByName, taskRegistry, TASKS } from './tasks/index.js';
export type {
  BadRowPolicy,
  Example,
  ExampleStream,
  HubTask,
  NamedColumns,
  NamedSplit,
  OfficialSplit,
  OfficialTask,
  SplitFormat,
  SplitName,
} from './tasks/index.js';
export type { TaskDefinition, TaskKind, TaskRegistry } from './tasks/index.js';

// Text to tokens, datasets and batches.
export { Tokenizer } from './text/tokenizer.js';
export { packBatch, packTokens } from './data/pack.js';
export { planBatches } from './data/plan.js';
export type { BatchPlan, BatchPlanOptions } from './data/plan.js';
export { prepareSplit } from './data/prepare.js';
export type { PrepareOptions, PrepareReport } from './data/prepare.js';
export { copiesAndWeights, samplingShares } from './data/sampling.js';
export type { ExampleReference, PackedBatch, TokenizedDataset } from './data/types.js';

// Scores.
export { modelAverage, score, scoreTask } from './metrics/index.js';
export type { AveragedTask, AverageName, MetricName, Score, ScoredSplits } from './metrics/index.js';

// Tensor floor: synchronous, for training scripts of one's own.
export { memory, noGrad, scope, Tensor } from './tensor/index.js';
export type { Dims, FromOptions, LayerNormOptions, NestedNumbers, RandomOptions, RangeOptions, TensorOptions } from './tensor/index.js';
export { describeRuntime } from './native/runtime.js';
export type { RuntimeDescription } from './native/runtime.js';
export type { DType, NativeMemory, TypedArray } from './native/types.js';

// Modules, and the Hugging Face folders they are read from and written to.
export { Bert } from './nn/bert.js';
export type { BertOutput } from './nn/bert.js';
export type { BertConfig } from './nn/bert-config.js';
export { Head, initHead } from './nn/head.js';
export type { HeadSpec } from './nn/head.js';
export { openModelFolder, writeModelFolder } from './nn/model-folder.js';
export type { OpenedModel, OpenOptions, WriteOptions } from './nn/model-folder.js';
export { exportModel, exportTaskModel } from './nn/export.js';
export type { ExportedModel, ExportOptions } from './nn/export.js';
export type { HeadTask } from './nn/import-classifier.js';
export type { ImportNotice } from './nn/open-encoder.js';

// Optimizer of the tensor floor; rates by layer and by step.
export { AdamW } from './optim/adamw.js';
export type { ParameterGroup } from './optim/adamw.js';
export { layerwiseScales } from './optim/layerwise.js';
export type { LayerwiseOptions } from './optim/layerwise.js';
export { learningRateAt } from './optim/schedule.js';

// Distillation: annealing, mixed targets, stored teacher outputs.
export { goldWeight } from './distill/annealing.js';
export type { AnnealingOptions } from './distill/annealing.js';
export { TeacherEnsemble } from './distill/ensemble.js';
export { mixedTarget, mixedTargets } from './distill/targets.js';
export type { MixedTarget } from './distill/targets.js';
export { TeacherOutputs, writeTeacherOutputs } from './distill/teacher-store.js';

// Session floor: a whole optimizer step as one asynchronous call.
export { Session } from './train/session.js';
export type { SessionComputes, SessionOptions, StepOptions } from './train/session.js';
export type { Notes } from './train/session-state.js';
export type { StepResult } from './native/types.js';
export type {
  EvaluatedEvent,
  ExperimentPlanEvent,
  MetricScores,
  NoticeEvent,
  OnEvent,
  PlannedRunSummary,
  PreparedEvent,
  PreparingEvent,
  RunFailedEvent,
  RunFinishedEvent,
  RunStartedEvent,
  SelectionEvent,
  StepEvent,
  TaskScores,
  TrainingEvent,
} from './train/events.js';

// The commands as functions: data, trainings and experiments, and the models they leave. They tell their progress as events.
export { defaultCacheDir, prepareData, PreparedData, trainingSplits } from './train/prepare-data.js';
export type { PrepareDataOptions, SplitRequest } from './train/prepare-data.js';
export { trainOne } from './experiment/train-one.js';
export type { TrainKind, TrainOneOptions } from './experiment/train-one.js';
export { runExperiment } from './experiment/run.js';
export type { ExperimentOptions } from './experiment/run.js';
export { evaluateModel } from './train/evaluate-model.js';
export type { EvaluateModelOptions, ModelScores } from './train/evaluate-model.js';
export type { InferenceOptions } from './train/inference.js';
export { Predictor } from './train/predictor.js';
export type { Prediction, PredictionRow } from './train/predictor.js';

// What an experiment leaves behind, and its table.
export type { ArmTest, PairedTest } from './experiment/arm-tests.js';
export { readPredictions } from './experiment/predictions.js';
export type { PredictionRecord } from './experiment/predictions.js';
export type { ExperimentResults, RunFailure, RunResult } from './experiment/results.js';
export type { Computation } from './train/computation.js';
export type { ArmSummary, Spread, TaskSummary } from './experiment/summary.js';
export { readBaselines, renderReport } from './report/index.js';
export type { Baselines } from './report/index.js';
