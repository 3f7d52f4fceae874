/**
 * Special functions of the Cephes library, where scipy has its own from. simple-statistics' normal distribution is a table of four digits
 * and its error function good to seven. Loaded with `require`: the package's build for `import` compiles its WebAssembly asynchronously, and
 * a top-level await would keep this package from being required.
 */
import { createRequire } from 'node:module';

interface Cephes {
  readonly ndtr: (x: number) => number;
  readonly bdtrc: (k: number, n: number, p: number) => number;
  readonly lgam: (x: number) => number;
}

const { ndtr, bdtrc, lgam } = createRequire(import.meta.url)('cephes') as Cephes;

/** P(Z ≥ z) of a standard normal Z, precise in the tail too. */
export const normalUpperTail = (z: number): number => ndtr(-z);

/** P(X ≥ k) of a binomial X of n trials with probability p, for k from 1 to n. */
export const binomialUpperTail = (k: number, n: number, p: number): number => bdtrc(k - 1, n, p);

/** ln(n choose k). */
export const logChoose = (n: number, k: number): number => lgam(n + 1) - lgam(k + 1) - lgam(n - k + 1);
