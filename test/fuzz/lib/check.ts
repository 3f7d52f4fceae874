/** The tests that a list of targets becomes. */
import { expect, it } from 'vitest';
import { fuzz, MEMORY_LIMIT_BYTES, type FuzzTarget } from './fuzz.js';

/**
 * @param atLeast cases of all targets together
 * @param makeTargets by what is damaged; asked inside each test, so that what a target needs is made there
 */
export function checkTargets(atLeast: number, makeTargets: Readonly<Record<string, () => Promise<FuzzTarget>>>): void {
  const single = process.env['FUZZ_CASE'] !== undefined;
  let total = 0;

  it.each(Object.entries(makeTargets))('%s', async (name, makeTarget) => {
    const target = await makeTarget();
    const { refused, accepted, faults, peakGrowth } = await fuzz(name, target);
    total += refused + accepted + faults.length;
    expect(faults).toEqual([]);
    expect(peakGrowth).toBeLessThan(MEMORY_LIMIT_BYTES);
    // Where next to nothing is refused the damage is none.
    if (!single) expect(refused).toBeGreaterThan(target.cases / 10);
  });

  it.skipIf(single)('in enough ways', () => {
    expect(total).toBeGreaterThanOrEqual(atLeast);
  });
}
