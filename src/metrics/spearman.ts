/** Spearman's rank correlation, tied values sharing the average of their ranks, as scipy's spearmanr. */
import { sampleRankCorrelation } from 'simple-statistics';
import { clipped, constantInput } from './constant.js';
import type { Metric } from './types.js';

/** 0 with a warning where predictions or gold are constant, a single example included. */
export const spearman: Metric = (predictions, gold) =>
  constantInput('spearman', predictions, gold) ?? { value: clipped(sampleRankCorrelation(Array.from(predictions), Array.from(gold))) };
