/** What a cell of the table is: asked for, and found. */
import type { Calibration } from './calibration.js';
import type { ModelName } from './models.js';
import type { Device, Precision, Variant } from './sides.js';
import type { LengthsName } from './workload.js';

export interface CellPlan {
  readonly device: Device;
  readonly model: ModelName;
  readonly lengths: LengthsName;
  readonly batch: number;
  readonly precision: Precision;
  /** Names, in the order of their turns; those of the other precision are left out. */
  readonly opponents: readonly string[];
  /** Batches in a pass. */
  readonly batches: number;
  readonly pairs: number;
  /** Other ways to run our side, each paired with the first opponent. */
  readonly variants: readonly Variant[];
}

/** What is said of one side in a cell. */
export interface SideReport {
  /** Real ones, median over the turns. */
  readonly tokensPerSecond: number;
  /** Milliseconds of a step. */
  readonly p50: number;
  readonly p95: number;
  /** Bytes, while it first went through the cell's batches; on CUDA the device's of an opponent, the process's of ours. */
  readonly peakMemory: number;
  /** Seconds from the start of its process. */
  readonly firstStep: number;
  /** F / time over the fastest matrix product seen in the run. */
  readonly ofPeak: number;
  /** Executed FLOPs (pads added, skipped work removed) / time over the rate of products at the model's shapes. */
  readonly executed: number;
  /** F / time over the same. */
  readonly useful: number;
}

export interface Cell {
  readonly model: ModelName;
  readonly lengths: LengthsName;
  readonly batch: number;
  readonly precision: Precision;
  readonly variant: Variant;
  readonly opponent: string;
  /** Our real tokens per second over theirs: median over the pairs, and its 95 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
  /** Real over padded tokens of the opponent's batches. */
  readonly fill: number;
  readonly ours: SideReport;
  readonly theirs: SideReport;
  readonly gemm: Calibration;
}
