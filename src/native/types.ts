/**
 * The addon's surface, as TypeScript sees it. Each C++ registration in native/ has its line here; test/native/surface.test.ts compares
 * the two. Nothing outside src/native, src/tensor, src/nn, src/optim and src/train talks to it directly.
 */
import type { Engine, Precision, Products } from '../config/schema.js';
import type { PackedBatch } from '../data/types.js';
import type { NativeOps } from './ops.js';

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool' | 'float16' | 'bfloat16';
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface RuntimeInfo {
  /** Version of the LibTorch headers the addon was compiled against, `2.13.0`. */
  readonly compiledVersion: string;
  /** Version the loaded libraries report, `2.13.0+cpu`. */
  readonly runtimeVersion: string;
  readonly cudaDevices: number;
  /** The flash engine's CUDA graphs are built: CMake found a CUDA LibTorch and the headers of its CUDA runtime. */
  readonly cudaGraphs: boolean;
  /** `AVX512`, `AVX2`, `DEFAULT`, … as LibTorch dispatches. */
  readonly cpuCapability: string;
  /** The CPU has bf16 dot products (AVX512_BF16, AMX or Arm BF16). */
  readonly bf16Hardware: boolean;
  /** What the own kernels run with; `BORNAGAIN_INSTRUCTION_SET` chooses a lower one. */
  readonly instructionSet: 'portable' | 'avx2' | 'avx512' | 'avx512_bf16' | 'amx_bf16';
  /** What a session on the CPU computes with when engine, precision and products are `auto`. */
  readonly cpuChoice: Pick<NativeSession, 'engine' | 'precision' | 'products'>;
  readonly threads: number;
  /** LibTorch's own description of its parallel backend and math libraries. */
  readonly parallelInfo: string;
}

/** Handle of a LibTorch tensor. `dispose` and the finalizer are one idempotent release. */
export interface NativeTensor {
  readonly dtype: DType;
  readonly shape: number[];
  readonly device: string;
  readonly disposed: boolean;
  requiresGrad: boolean;
  dispose(): void;
}

/** Live handles and native bytes of this environment (this thread). */
export interface NativeMemory {
  readonly tensorsCreated: number;
  readonly tensorsDisposed: number;
  readonly tensorsLive: number;
  /** Bytes of the distinct storages behind the live handles. */
  readonly bytes: number;
  readonly modulesLive: number;
  readonly sessionsLive: number;
}

export interface NativeBertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  readonly activation: 'gelu' | 'gelu_new' | 'relu';
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}

/** A head on the pooled vector: `outputs` classes, or one scalar for regression. */
export interface NativeHeadConfig {
  readonly task: string;
  readonly kind: 'classification' | 'regression';
  readonly outputs: number;
  readonly activation: 'linear' | 'sigmoid';
  readonly dropout: number;
}

/** The inputs of a batch, without targets. */
export type PackedTokens = Pick<PackedBatch, 'tokenIds' | 'typeIds' | 'offsets'>;

/** Key of the counter-based dropout generator; null means evaluation. */
export interface DropoutKey {
  readonly seed: number;
  readonly step: number;
}

/** Every call is refused with ERR_MODULE_BUSY while a session works on the module. */
export interface NativeModule {
  readonly device: string;
  /** Hugging Face names in their canonical order. */
  parameterNames(): string[];
  /** A handle on the live parameter, not a copy. */
  parameter(name: string): NativeTensor;
  /** Copies `data` in, whose length must be the parameter's. */
  setParameter(name: string, data: Float32Array): void;
  dispose(): void;
  readonly disposed: boolean;
}

export interface NativeBert extends NativeModule {
  /** hiddenStates [T, h] after the last layer, pooled [B, h] (tanh of the pooler on each first token). */
  forward(tokens: PackedTokens, dropout: DropoutKey | null): { hiddenStates: NativeTensor; pooled: NativeTensor };
}

export interface NativeHead extends NativeModule {
  /** pooled [n, h] to logits [n, outputs]; for regression [n, 1] after the activation. `rows` [n] are the places of the rows in their batch, which number the dropout masks. */
  forward(pooled: NativeTensor, dropout: DropoutKey | null, rows: Int32Array): NativeTensor;
}

export interface NativeOptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly biasCorrection: boolean;
  /** Global gradient norm to clip at; Infinity for none. */
  readonly clipNorm: number;
}

/** One entry per trained parameter. */
export interface NativeParameterOptions {
  readonly learningRateScale: number;
  readonly weightDecay: number;
}

export interface NativeAdamW {
  /** Clips the gradients of all its parameters to the global norm, updates, and drops them. Returns the norm before clipping; when that is not finite nothing is updated. */
  step(learningRate: number): number;
  readonly steps: number;
  dispose(): void;
}

export interface NativeSessionOptions {
  readonly encoder: NativeBert;
  readonly heads: readonly NativeHead[];
  readonly optimizer: NativeOptimizerOptions;
  /** In the order of the session's parameters: the encoder's, then each head's. */
  readonly parameterOptions: readonly NativeParameterOptions[];
  readonly dropoutSeed: number;
  readonly engine: 'auto' | Engine;
  readonly precision: 'auto' | Precision;
  /** Fused engine: who multiplies the matrices of the linear layers. */
  readonly products: 'auto' | Products;
  /** Fused and flash engine: the last layer computes its output at [CLS] alone, which is all that is read. */
  readonly firstTokensOnly: boolean;
  /** 0: LibTorch's default, which is one per core unless OMP_NUM_THREADS or MKL_NUM_THREADS says otherwise. */
  readonly threads: number;
}

export interface StepResult {
  /** Steps finished, this one included. */
  readonly step: number;
  /** Weighted sum over the batch. */
  readonly loss: number;
  /** [B] unweighted loss of each example. */
  readonly losses: Float32Array;
  /** Global gradient norm before clipping; NaN when the loss is not finite. */
  readonly gradientNorm: number;
  /** False: the loss or the gradient norm is not finite, and the parameters are those of the step before. */
  readonly updated: boolean;
  /** Seconds inside native compute. */
  readonly seconds: number;
}

/** A session's optimizer state: two moments per parameter, in parameter order, and the number of finished steps. */
export interface NativeSessionState {
  readonly steps: number;
  readonly parameters: Float32Array[];
  readonly firstMoments: Float32Array[];
  readonly secondMoments: Float32Array[];
}

export interface NativeSession {
  /** One batch, or micro-batches whose gradients are summed. Rejects with ERR_CANCELLED, ERR_INVALID_ARGUMENT, ERR_VOCABULARY, ERR_SEQUENCE_TOO_LONG, ERR_LIBTORCH; the parameters are then those of the step before. The batch is copied before the call returns. `after`: rejects with ERR_CANCELLED unless so many steps are finished when its turn comes. */
  step(batch: PackedBatch | readonly PackedBatch[], learningRate: number, after?: number): Promise<StepResult>;
  /** Logits concatenated per example, each as long as its head's outputs. No dropout, no autograd. */
  evaluate(batch: PackedBatch): Promise<Float32Array>;
  /** Native threads, from the next call on; at least 1. 0 until it is set, where the session was made with 0. */
  threads: number;
  exportState(): Promise<NativeSessionState>;
  importState(state: NativeSessionState): Promise<void>;
  /** The running call rejects with ERR_CANCELLED at its next check, queued calls at once. The session stays usable, parameters are those of the last finished step. */
  cancel(): void;
  /** Cancels, waits for the thread, frees everything. Idempotent. */
  close(): Promise<void>;
  readonly closed: boolean;
  /** What `auto` became. */
  readonly engine: Engine;
  readonly precision: Precision;
  readonly products: Products;
}

export interface NativeAddon {
  readonly ops: NativeOps;
  setErrorClass(errorClass: new (code: never, message: string) => Error): void;
  runtimeInfo(): RuntimeInfo;
  /** For each CUDA device why the flash engine has no flash attention in bf16 there; null: it has. Starts the devices up. */
  flashRefusals(): (string | null)[];
  memory(): NativeMemory;
  /** Copies `data` into a new tensor on `device`. Lengths and dtype are checked. */
  fromData(data: TypedArray, shape: readonly number[], dtype: DType, device: string): NativeTensor;
  /** Copies out: contiguous, on the host, as the typed array of its dtype (int64 as BigInt64Array; float16 and bfloat16 as Float32Array; bool as Uint8Array). */
  toData(tensor: NativeTensor): TypedArray;
  setGradEnabled(enabled: boolean): boolean;
  /** Parameters are zeros, norm weights ones, until they are loaded. A session takes float32 modules; float64 is for checking gradients. */
  readonly Bert: new (config: NativeBertConfig, device: string, dtype: 'float32' | 'float64') => NativeBert;
  readonly Head: new (config: NativeHeadConfig, hiddenSize: number, device: string, dtype: 'float32' | 'float64') => NativeHead;
  readonly AdamW: new (
    parameters: readonly NativeTensor[],
    parameterOptions: readonly NativeParameterOptions[],
    options: NativeOptimizerOptions,
  ) => NativeAdamW;
  readonly Session: new (options: NativeSessionOptions) => NativeSession;
  /** The mask [rows, columns] of a numbered site. */
  dropoutMask(request: DropoutMaskRequest): NativeTensor;
  /** Blocks the thread for about `seconds`. */
  gemmRate(request: GemmRateRequest): GemmRates;
}

/** Matrix products of a linear layer: `rows` tokens, `in` to `out` features. */
export interface GemmRateRequest {
  readonly rows: number;
  readonly out: number;
  readonly in: number;
  readonly precision: Precision;
  readonly seconds: number;
  readonly threads: number;
}

/** GFLOP/s, medians. */
export interface GemmRate {
  readonly forward: number;
  readonly inputGradient: number;
  /** With packing. */
  readonly weightGradient: number;
  /** The three one after another. */
  readonly all: number;
}

/** Measured in turn, so that both saw the same machine. */
export interface GemmRates {
  readonly own: GemmRate;
  readonly libtorch: GemmRate;
}

export interface DropoutMaskRequest {
  readonly key: DropoutKey;
  readonly site: number;
  readonly rows: Int32Array;
  readonly columns: number;
  readonly rate: number;
  /** The CPU's kernel, or the LibTorch operations that other devices use. Both give the same mask. */
  readonly implementation: 'kernel' | 'operations';
}
