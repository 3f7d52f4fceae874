/** The energy counters, on a folder laid out as Linux has it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EnergyMeter } from '../../src/util/energy.js';

const root = mkdtempSync(join(tmpdir(), 'powercap-'));
afterAll(() => rmSync(root, { recursive: true }));

function counter(name: string, microjoules: number): void {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, 'max_energy_range_uj'), '10000000\n');
  writeFileSync(join(root, name, 'energy_uj'), `${microjoules}\n`);
}

it('adds up the packages, not their parts, and sees a counter that began again', () => {
  counter('intel-rapl:0', 9_000_000);
  counter('intel-rapl:1', 1_000_000);
  counter('intel-rapl:0:0', 5);
  const meter = EnergyMeter.start(root);
  counter('intel-rapl:0', 500_000);
  counter('intel-rapl:1', 3_000_000);
  counter('intel-rapl:0:0', 9_999_999);
  expect(meter?.stop()).toBeCloseTo(1.5 + 2, 9);
});

it('is not there where a machine has none', () => {
  expect(EnergyMeter.start(join(root, 'no-such-folder'))).toBeNull();
});
