/** Which colour and shape is which arm; the same in every figure. */
import { reportArms } from '../analysis/arms.js';
import type { LoadedExperiment } from '../load/experiment.js';
import type { LegendEntry } from './section.js';

export function legendOf(experiment: LoadedExperiment, only?: ReadonlySet<string>): LegendEntry[] {
  return reportArms(experiment).filter(({ name }) => only === undefined || only.has(name));
}
