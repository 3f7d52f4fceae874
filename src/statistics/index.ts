/** Statistics of scores over seeds (docs/statistics.md). Means, medians and deviations are simple-statistics'. */
export { medianInterval } from './bootstrap.js';
export type { Interval } from './bootstrap.js';
export { cliffsDelta, matchedRankBiserial } from './effect-size.js';
export { holm } from './holm.js';
export { mannWhitney, smallestMannWhitneyP } from './mann-whitney.js';
export type { MannWhitney, TestMethod } from './mann-whitney.js';
export { wilcoxonSignedRank } from './wilcoxon.js';
export type { Wilcoxon } from './wilcoxon.js';
