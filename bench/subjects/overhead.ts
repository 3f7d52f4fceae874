/** What the trainer costs beside native compute: JavaScript, the crossing into the addon, waiting for the next batch. */
import type { Bench } from '../lib/bench.js';
import { median } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';
import { runTraining } from '../lib/training.js';
import { makeLengths } from '../lib/workload.js';

const STEPS = { tiny: 400, mini: 60 } as const;
const TASKS = 4;

export async function overhead(bench: Bench, repeats: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const model of ['tiny', 'mini'] as const) {
    const folder = await bench.modelFolder(model);
    const shares: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const request = {
        folder,
        tasks: TASKS,
        lengths: makeLengths('mnli', 2000, repeat),
        batch: 32,
        steps: STEPS[model],
        threads: bench.threads,
      };
      const { seconds, native } = await runTraining(request);
      shares.push(100 * (1 - native / seconds));
    }
    const what = `time of a step outside native compute, ${model}, ${bench.precision}, batch 32, by the trainer`;
    figures.push({ subject: 'overhead', what, unit: '%', ours: median(shares), theirs: null, ratio: null, low: null, high: null });
  }
  return figures;
}
