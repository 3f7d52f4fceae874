/** What `bornagain doctor` prints: the runtime that is loaded and every place where LibTorch was looked for. */
import { coreQuota } from '../util/cores.js';
import { checkedRecord, searchPlaces } from './libtorch.js';
import type { Libtorch, Place } from './libtorch.js';
import { loadAddon } from './load.js';
import { addonPaths } from './paths.js';
import type { RuntimeInfo } from './types.js';

export interface RuntimeDescription {
  readonly node: string;
  readonly platform: string;
  readonly addon: string;
  /** The LibTorch the addon was built against and runs with. */
  readonly libtorch: Libtorch;
  /** The whole search order, as a new build would see it. */
  readonly places: readonly Place[];
  /** `cpu`, then `cuda:0` and so on. */
  readonly devices: readonly string[];
  /** For each CUDA device why the flash engine cannot use it; null: it can. */
  readonly flashRefusals: readonly (string | null)[];
  readonly precision: {
    readonly float32: true;
    /** Whether the CPU computes bf16 in hardware; without it bf16 is slower than fp32. */
    readonly bfloat16Hardware: boolean;
  };
  /** The OpenMP libraries in this process. More than one can deadlock or oversubscribe the cores. */
  readonly openmp: readonly string[];
  readonly runtime: RuntimeInfo;
  /** Cores that a container's quota of CPU time comes to; null where there is none. Sessions take no more threads unless they are told to. */
  readonly coreQuota: number | null;
}

/**
 * Loads the addon and describes it.
 * @throws BornAgainError as `loadAddon`
 */
export function describeRuntime(): RuntimeDescription {
  const addon = loadAddon();
  const runtime = addon.runtimeInfo();
  const paths = addonPaths();
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    addon: paths.addon,
    libtorch: checkedRecord(paths, process.env),
    places: searchPlaces(process.env),
    devices: ['cpu', ...Array.from({ length: runtime.cudaDevices }, (_, index) => `cuda:${index}`)],
    flashRefusals: addon.flashRefusals(),
    precision: { float32: true, bfloat16Hardware: runtime.bf16Hardware },
    openmp: openmpLibraries(),
    runtime,
    coreQuota: coreQuota(),
  };
}

function openmpLibraries(): string[] {
  const report = process.report?.getReport() as unknown as { sharedObjects?: string[] } | undefined;
  return (report?.sharedObjects ?? []).filter((file) => /lib(gomp|iomp5|omp)\b[^/]*$/.test(file));
}
