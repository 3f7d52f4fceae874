/** How many models are trained at once when that is to be measured: what is tried and said. Which number wins is this machine's business. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeChoice, fastest } from '../../src/experiment/parallel-runs.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { experiment, weights } from './experiment-rig.js';

const rates = (...perSecond: number[]) => perSecond.map((tokensPerSecond, i) => ({ runs: 2 ** i, tokensPerSecond }));

describe('fastest', () => {
  it('is the number with the highest rate, unless a smaller one is nearly as fast', () => {
    expect(fastest(rates(100, 150, 140))).toBe(2);
    expect(fastest(rates(100, 104))).toBe(1);
    expect(fastest(rates(100, 90, 130))).toBe(4);
    expect(fastest(rates(100))).toBe(1);
    expect(describeChoice(rates(100, 104))).toMatch(/^more gain less than 5 % here \(.*: 1: 100, 2: 104\)$/);
    expect(describeChoice(rates(100, 150))).toMatch(/^that is fastest here/);
  });
});

describe('an experiment with parallelRuns=auto', () => {
  it('tries, says what it found, and trains the same bytes', async (context) => {
    if (availableParallelism() < 2) return context.skip('needs two cores');
    const dataDir = await smallData(['RTE', 'STS-B'], 25);
    const place = { dataDir, modelDir: await tinyModel(dataDir) };
    const [auto, alone] = [await temporaryFolder(), await temporaryFolder()];
    const shared = { tasks: ['rte', 'stsb'], arms: ['single', 'multi'] };
    const runtime = { threads: 0, checkpointSteps: 2, parallelRuns: 'auto' } as const;
    const { events } = await experiment({ ...place, outDir: auto, config: { ...shared, runtime } });
    expect(events).toContainEqual({
      kind: 'notice',
      level: 'info',
      message: expect.stringMatching(
        /^training \d+ models? at once: (that is fastest|more gain less than 5 %) here \(tokens\/s of training, by models at once: 1: [\d,]+, 2: [\d,]+/,
      ),
    });
    await experiment({ ...place, outDir: alone, config: shared });
    expect(await weights(auto)).toEqual(await weights(alone));
    const again = await experiment({ ...place, outDir: auto, config: { ...shared, runtime } });
    expect(again.events.map((event) => ('message' in event ? event.message : '')).join()).not.toContain('at once');
  });
});
