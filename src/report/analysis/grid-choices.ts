/** What a grid tried on dev, and what it chose of that. */
import type { GridSetting } from '../../experiment/grid.js';
import type { LoadedExperiment } from '../load/experiment.js';

export interface TriedSetting extends GridSetting {
  readonly arm: string;
  /** The model's task; `all` for a multi-task model. */
  readonly task: string;
  /** Mean over the grid's seeds of what `selection.metric` says on dev. */
  readonly score: number;
  /** That score less the chosen setting's: 0 or below. */
  readonly behind: number;
  readonly chosen: boolean;
}

/** In the order they were tried; empty where there is no grid. */
export function triedSettings({ results }: LoadedExperiment): TriedSetting[] {
  return (results.grid ?? []).flatMap(({ arm, task, points, chosen }) => {
    const isChosen = ({ learningRate, layerDecay }: GridSetting): boolean =>
      learningRate === chosen.learningRate && layerDecay === chosen.layerDecay;
    const best = points.find(isChosen)?.score ?? NaN;
    return points.map((point) => ({ arm, task, ...point, behind: point.score - best, chosen: isChosen(point) }));
  });
}
