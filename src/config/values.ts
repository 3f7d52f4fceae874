/** Kinds of value that the configuration's schema is made of. */
import { z } from 'zod';

export const positiveInteger = z.int().positive();
export const fraction = z.number().min(0).max(1);
/** Of a decay rate, or of what dropout leaves out: all of it would leave nothing. */
export const fractionBelowOne = z.number().min(0).lt(1);

/** A list in which nothing stands twice: a task or a seed given twice would be trained twice. */
export const several = <T extends z.ZodType>(item: T) =>
  z.array(item).refine((list) => new Set(list).size === list.length, 'expected no value twice');

export const distinct = <T extends z.ZodType>(item: T) => several(item).min(1, 'expected at least one');
