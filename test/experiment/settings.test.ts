import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { planRuns, type PlannedRun } from '../../src/experiment/arms.js';
import type { RunSources } from '../../src/experiment/context.js';
import {
  configSettings,
  decisiveHash,
  differencesOf,
  inputSettings,
  requireSameSettings,
  runSettings,
  sameSettings,
  type Settings,
} from '../../src/experiment/settings.js';

const inputs = { model: 'a'.repeat(64), data: { 'rte.train': '1', 'rte.dev': '2', 'cola.train': '3', 'cola.dev': '4' } };
const base = { tasks: ['rte', 'cola'], seeds: [1, 2] };

function settingsById(
  overrides: object,
  hashes = inputs,
  teachers: Record<string, string> = { rte: 't', cola: 'u' },
): Map<string, Settings> {
  const config = configSchema.parse({ ...base, ...overrides });
  const sources = ({ teachers: taught, initial }: PlannedRun): RunSources => ({
    teachers: Object.fromEntries(Object.keys(taught).map((task) => [task, [{ modelDir: 'm', hash: teachers[task] ?? '' }]])),
    initial: initial === null ? null : { modelDir: 'm', hash: 'i' },
  });
  return new Map(planRuns(config).map((run) => [run.id, runSettings(run, hashes, sources(run))]));
}

function changed(other: Map<string, Settings>): string[] {
  return [...settingsById({})].filter(([id, own]) => !sameSettings(own, other.get(id) ?? {})).map(([id]) => id);
}

const seedsOf = (...arms: string[]): string[] => arms.flatMap((arm) => [`${arm}/seed-1`, `${arm}/seed-2`]);

describe('runSettings', () => {
  it('differ between any two runs', () => {
    const all = [...settingsById({}).values()];
    for (const settings of all) expect(all.filter((other) => sameSettings(settings, other))).toHaveLength(1);
  });

  it('change with what the run depends on, and with nothing else', () => {
    const multi = ['multi/all', 'single-multi/all'];
    expect(changed(settingsById({ multi: { epochs: 1 } })).sort()).toEqual(seedsOf(...multi));
    expect(changed(settingsById({ single: { epochs: 1 } })).sort()).toEqual(seedsOf('single/cola', 'single/rte'));
    const everywhere = [...settingsById({}).keys()].sort();
    for (const shared of [
      { sampling: { kind: 'copies' } },
      { loss: { reduction: 'sum' } },
      { optimizer: { clipNorm: 2 } },
      { schedule: { warmup: 0.2 } },
      { model: { dropout: 0 } },
      { data: { maxLength: 64 } },
      { selection: { keep: 'best' } },
    ]) {
      expect(changed(settingsById(shared)).sort(), JSON.stringify(shared)).toEqual(everywhere);
    }
    expect(changed(settingsById({ distillation: { annealing: 'constant' } }))).toEqual(seedsOf('single-multi/all'));
    expect(changed(settingsById({}, inputs, { rte: 't', cola: 'other' }))).toEqual(seedsOf('single-multi/all'));
    expect(changed(settingsById({ runtime: { threads: 3 }, preset: 'mine' }))).toEqual([]);
    const data = { ...inputs, data: { ...inputs.data, 'cola.dev': 'other' } };
    expect(changed(settingsById({}, data)).sort()).toEqual(seedsOf(...multi, 'single/cola').sort());
    expect(changed(settingsById({}, { ...inputs, model: 'b' }))).toHaveLength(8);
  });
});

describe('requireSameSettings', () => {
  const settings = (overrides: object) => configSettings(configSchema.parse({ ...base, ...overrides }));

  it('lets arms and seeds be added, and other hardware be used', () => {
    requireSameSettings('out', settings({ arms: ['single'] }), settings({ seeds: [1, 2, 3], runtime: { device: 'cuda' } }));
  });

  it('names each setting that differs, with both values', () => {
    const attempt = () => requireSameSettings('out', settings({}), settings({ multi: { epochs: 2 }, tasks: ['rte'] }));
    expect(attempt).toThrow(/multi\.epochs is 6 there and 2 here/);
    expect(attempt).toThrow(/tasks is rte,cola there and rte here/);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_OUTPUT_FOLDER' }));
  });

  it('refuses another first seed, other data and another model', () => {
    expect(() => requireSameSettings('out', settings({}), settings({ seeds: [2, 1] }))).toThrow(/seeds\[0\] is 1 there and 2 here/);
    const other = { ...inputs, model: 'b'.repeat(64), data: { ...inputs.data, 'rte.dev': 'x' } };
    const attempt = () => requireSameSettings('out', inputSettings(inputs), inputSettings(other));
    expect(attempt).toThrow(/model folder is aaaaaaaaaaaa there and bbbbbbbbbbbb here; data of rte, dev is 2 there and x here/);
  });

  it('names the first of many, and how many more there are', () => {
    const attempt = () => requireSameSettings('out', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, {});
    expect(attempt).toThrow(/: a is 1 there and not set here; b .*; c .*; d is 1 there and not set here and 2 more\. Nothing/);
    expect(attempt).toThrow(expect.objectContaining({ details: { outDir: 'out', settings: ['a', 'b', 'c', 'd', 'e', 'f'] } }));
  });
});

describe("a task of one's own", () => {
  const mood = {
    kind: 'classification',
    files: { train: 'a.csv', dev: 'b.csv' },
    columns: { textA: 'text' },
    labels: ['no', 'yes'],
  };
  const settings = (task: object) => configSettings(configSchema.parse({ tasks: ['mood'], customTasks: { mood: { ...mood, ...task } } }));

  it('is the same under another title and with a test file', () => {
    for (const told of [{ title: 'Mood' }, { files: { ...mood.files, test: 'c.csv' } }]) {
      expect(settings(told)).not.toEqual(settings({}));
      expect(sameSettings(settings(told), settings({}))).toBe(true);
      expect(decisiveHash(settings(told))).toBe(decisiveHash(settings({})));
      requireSameSettings('out', settings({}), settings(told));
    }
  });

  it('is another one with other labels or other files', () => {
    const other = settings({ labels: ['yes', 'no'], files: { train: 'a.csv', dev: 'c.csv' } });
    expect(differencesOf(settings({}), other)).toBe('customTasks.mood.files.dev, customTasks.mood.labels');
    expect(decisiveHash(other)).not.toBe(decisiveHash(settings({})));
  });
});
