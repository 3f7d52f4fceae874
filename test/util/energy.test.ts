/** The energy counters, on a folder laid out as Linux has it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EnergyMeter } from '../../src/util/energy.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'powercap-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

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
  expect(EnergyMeter.start(root)).toBeNull();
});

it('is not there where a counter cannot be read, whatever the reason', () => {
  counter('intel-rapl:0', 1);
  mkdirSync(join(root, 'intel-rapl:1', 'energy_uj'), { recursive: true });
  writeFileSync(join(root, 'intel-rapl:1', 'max_energy_range_uj'), '10000000\n');
  expect(EnergyMeter.start(root)).toBeNull();
});

it('gives nothing, and stops nobody, where a counter goes away meanwhile', () => {
  vi.useFakeTimers();
  counter('intel-rapl:0', 1);
  const meter = EnergyMeter.start(root);
  rmSync(join(root, 'intel-rapl:0'), { recursive: true });
  // The timer's own reading fails as the last one does.
  vi.advanceTimersByTime(60_000);
  counter('intel-rapl:0', 2);
  expect(meter?.stop()).toBeNull();
});
