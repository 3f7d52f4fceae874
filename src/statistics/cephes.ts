/**
 * Special functions of the Cephes library, where scipy has its own from. simple-statistics' normal distribution is a table of four digits
 * and its error function good to seven. Loaded with `require`: the package's build for `import` compiles its WebAssembly asynchronously, and
 * a top-level await would keep this package from being required. And when it is first asked for: each of its WebAssembly memories takes some
 * ten gigabytes of addresses, and who only predicts may be allowed fewer (`ulimit -v`).
 */
import { createRequire } from 'node:module';

interface Cephes {
  readonly ndtr: (x: number) => number;
  readonly bdtrc: (k: number, n: number, p: number) => number;
  readonly lgam: (x: number) => number;
}

let loaded: Cephes | undefined;
const cephes = (): Cephes => (loaded ??= createRequire(import.meta.url)('cephes') as Cephes);

/** P(Z ≥ z) of a standard normal Z, precise in the tail too. */
export const normalUpperTail = (z: number): number => cephes().ndtr(-z);

/** P(X ≥ k) of a binomial X of n trials with probability p, for k from 1 to n. */
export const binomialUpperTail = (k: number, n: number, p: number): number => cephes().bdtrc(k - 1, n, p);

/** ln(n choose k). */
export function logChoose(n: number, k: number): number {
  const { lgam } = cephes();
  return lgam(n + 1) - lgam(k + 1) - lgam(n - k + 1);
}
