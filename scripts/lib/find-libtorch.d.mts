/** Types of find-libtorch.mjs, the one implementation of the LibTorch search that build, loader and `doctor` share. */

/** A LibTorch that fits: right version, machine and C++ ABI, headers included. */
export interface Libtorch {
  /** The folder that holds `include` and `lib`. */
  readonly dir: string;
  readonly include: string;
  readonly lib: string;
  /** As the distribution states it, with its local suffix: `2.13.0+cpu`. */
  readonly version: string;
  readonly cuda: boolean;
  /** `cxx11` on Linux, `libc++` on macOS. */
  readonly abi: 'cxx11' | 'libc++';
}

/** `build` is no place of the search: it is what the addon was built against. */
export type PlaceSource = 'LIBTORCH' | 'cache' | 'python3' | 'build';

/** One place of the search order and what was there. */
export interface Place {
  readonly source: PlaceSource;
  /** Null where there was no folder to look at (LIBTORCH not set, no python3). */
  readonly path: string | null;
  /** What is there, in words: `LibTorch 2.13.0+cpu, CPU build, x64`. */
  readonly seen: string;
  /** Why it does not fit; null when it does. */
  readonly problem: string | null;
  readonly libtorch: Libtorch | null;
}

export interface Search {
  readonly found: Libtorch | null;
  /** In search order, up to and including the one that fits (or the one that ends the search). */
  readonly places: readonly Place[];
}

export interface SearchOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly arch?: string;
  /** Also look at the places after the one that fits. */
  readonly all?: boolean;
}

/** The version that the project's own commands fetch. */
export declare const FETCHED_VERSION: string;
/** Versions that fit, in words: `2.11 to 2.13`. */
export declare const SUPPORTED_VERSIONS: string;
/** The per-user folder that the project's own commands fill; clones share it. */
export declare function cacheFolder(options?: SearchOptions): string;
/** What is in `dir`, which holds `include` and `lib` itself or in a folder `torch`. */
export declare function inspectFolder(source: PlaceSource, dir: string, options?: SearchOptions): Place;
/** LIBTORCH, then the cache, then the `torch` of python3. A LIBTORCH that does not fit ends the search. */
export declare function findLibtorch(options?: SearchOptions): Search;
/** One line for each place: where, what was seen, why it does not fit. */
export declare function describePlaces(places: readonly Place[]): string;
/** The one message for a search that found nothing: every place tried, what was seen there, and the fix. */
export declare function notFoundMessage(search: Search, options?: SearchOptions): string;
