/** Pearson's correlation, as scipy's pearsonr. */
import { sampleCorrelation } from 'simple-statistics';
import { clipped, constantInput } from './constant.js';
import type { Metric } from './types.js';

/** 0 with a warning where predictions or gold are constant, a single example included. */
export const pearson: Metric = (predictions, gold) =>
  constantInput('pearson', predictions, gold) ?? { value: clipped(sampleCorrelation(Array.from(predictions), Array.from(gold))) };
