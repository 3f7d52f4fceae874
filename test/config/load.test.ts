/** Precedence of preset, file and --set, and the one line that each mistake gets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { departuresOf, resolveConfig, type ConfigSources } from '../../src/config/load.js';
import { configSchema } from '../../src/config/schema.js';
import { BornAgainError } from '../../src/util/errors.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-config-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function configFile(content: string | Uint8Array): string {
  const file = join(folder, 'my.json');
  writeFileSync(file, content);
  return file;
}

function messageOf(sources: ConfigSources): string {
  try {
    resolveConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(BornAgainError);
    expect((error as BornAgainError).code).toBe('ERR_CONFIG');
    return (error as BornAgainError).message.replaceAll(folder, 'DIR');
  }
  throw new Error('resolveConfig accepted it');
}

describe('precedence', () => {
  it('starts from the defaults, without a preset', () => {
    const config = resolveConfig({});
    expect(config.preset).toBe('custom');
    expect(config.seeds).toEqual([1]);
  });

  it('lays preset, file and --set over each other in that order, key by key', () => {
    const file = configFile('{ "multi": { "epochs": 2, "batchSize": 16 }, "seeds": [7] }');
    const config = resolveConfig({ preset: 'paper', file, set: ['multi.batchSize=8', 'multi.batchSize=4'] });
    expect(config.multi).toMatchObject({ epochs: 2, batchSize: 4, learningRate: 1e-4, layerDecay: 0.9 });
    expect(config.seeds).toEqual([7]);
    expect(config.single.batchSize).toBe(32);
  });

  it('reads values as JSON, else as strings, and takes whole groups', () => {
    const config = resolveConfig({
      set: ['runtime.device=cuda:1', 'model.dropout=null', 'tasks=["rte","mnli"]', 'single={"epochs":1}', 'data.bothOrders=true'],
    });
    expect(config.runtime.device).toBe('cuda:1');
    expect(config.model.dropout).toBeNull();
    expect(config.tasks).toEqual(['rte', 'mnli']);
    expect(config.single).toMatchObject({ epochs: 1, batchSize: 32 });
    expect(config.data.bothOrders).toBe(true);
  });

  it("takes a file's own preset, so that the configuration in a results.json runs again unchanged", () => {
    const original = resolveConfig({ preset: 'reference', set: ['seeds=[3]'] });
    expect(resolveConfig({ file: configFile(JSON.stringify(original)) })).toEqual(original);
    const results = { config: original, computes: null, runs: [], summary: [], tests: [], departures: {}, failures: [] };
    expect(resolveConfig({ file: configFile(JSON.stringify(results)) })).toEqual(original);
    expect(resolveConfig({ file: configFile('{ "preset": "reference" }') }).loss.reduction).toBe('sum');
  });
});

describe('a mistake is named with its place and its mending', () => {
  it('unknown keys, with the nearest known path', () => {
    expect(messageOf({ set: ['multi.epoch=3'] })).toBe('--set multi.epoch=3: multi.epoch: unknown key; did you mean multi.epochs?');
    expect(messageOf({ file: configFile('{ "optimizer": { "beta": 0.9 } }') })).toBe(
      'DIR/my.json: optimizer.beta: unknown key; did you mean optimizer.beta1 or optimizer.beta2?',
    );
  });

  it('a right name in no group or in the wrong one', () => {
    expect(messageOf({ set: ['epochs=3'] })).toContain('did you mean single.epochs or multi.epochs?');
    expect(messageOf({ set: ['model.warmup=0.2'] })).toContain('did you mean schedule.warmup?');
  });

  it('a key that would reach into an object prototype', () => {
    expect(messageOf({ set: ['__proto__.epochs=3'] })).toContain('__proto__: unknown key');
    expect(messageOf({ file: configFile('{ "multi": { "constructor": 1 } }') })).toContain('multi.constructor: unknown key');
    expect(({} as { epochs?: number }).epochs).toBeUndefined();
  });

  it('a name that cannot be one, with the rule for names', () => {
    expect(messageOf({ set: ['variants={"LR_high":{"arm":"multi"}}'] })).toBe(
      '--set variants={"LR_high":{"arm":"multi"}}: variants.LR_high: expected a name of lower-case letters, digits, dots, dashes and underscores, got "LR_high"',
    );
  });

  it('several mistakes in one file, one line each', () => {
    const file = configFile('{ "multi": { "epochs": -1, "batchSize": "x" }, "loss": { "reduction": "men" }, "seeds": [1, 1.5] }');
    expect(messageOf({ file }).split('\n')).toEqual([
      'DIR/my.json:',
      '  seeds.1: expected int, got 1.5',
      '  multi.epochs: expected number to be >0, got -1',
      '  multi.batchSize: expected number, got "x"',
      '  loss.reduction: expected "mean" or "sum", got "men"',
    ]);
  });

  it.each(['optimizer.beta1=1', 'optimizer.beta2=1', 'model.dropout=1', 'model.headDropout=1', 'runtime.threads=1025'])(
    'what the native session would refuse after the data was read: %s',
    (text) => {
      const [key = '', value = ''] = text.split('=');
      expect(messageOf({ set: [text] })).toMatch(new RegExp(`^--set ${text}: ${key}: expected number to be <.*, got ${value}`));
    },
  );

  it('a single value, a repeated value or nothing where a list belongs', () => {
    expect(messageOf({ set: ['tasks=rte'] })).toBe(
      `--set tasks=rte: tasks: expected array, got "rte"; a list is written as JSON: --set 'tasks=[…]'`,
    );
    expect(messageOf({ set: ['seeds=[1,1]'] })).toContain('seeds: expected no value twice, got [1,1]');
    expect(messageOf({ set: ['tasks=[]'] })).toContain('tasks: expected at least one, got []');
  });

  it('a key that stands twice in the file', () => {
    expect(messageOf({ file: configFile('{\n"multi": { "epochs": 3,\n"epochs": 4 }}') })).toBe(
      'DIR/my.json:3: the key multi.epochs stands here a second time, after line 2; only one of the two can count: remove or rename the other',
    );
  });

  it('a device that is none', () => {
    expect(messageOf({ set: ['runtime.device=gpu'] })).toContain('runtime.device: must be cpu, cuda or cuda:N, got "gpu"');
  });

  it('--set without a value or a key, and --set preset', () => {
    expect(messageOf({ set: ['multi.epochs'] })).toContain('expected key=value');
    expect(messageOf({ set: ['=3'] })).toContain('expected key=value');
    expect(messageOf({ set: ['multi..epochs=3'] })).toContain('expected key=value');
    expect(messageOf({ set: ['preset=paper'] })).toContain('--preset');
  });

  it('an unknown preset, and a file made on another one', () => {
    expect(messageOf({ preset: 'papper' })).toContain("unknown preset 'papper'; did you mean 'paper'?");
    expect(messageOf({ file: configFile('{ "preset": "referense" }') })).toContain("did you mean 'reference'?");
    expect(messageOf({ preset: 'paper', file: configFile('{ "preset": "quickstart" }') })).toContain("made on the preset 'quickstart'");
  });

  it('a file that is absent, no JSON, no object or no UTF-8', () => {
    expect(messageOf({ file: join(folder, 'absent.json') })).toContain('cannot read the configuration file DIR/absent.json');
    expect(messageOf({ file: configFile('{\n  "seeds": [1]\n  "tasks": []\n}') })).toContain('DIR/my.json:3:3: this is no JSON');
    expect(messageOf({ file: configFile('{ "seeds": ') })).toContain('DIR/my.json:1:12: this is no JSON');
    expect(messageOf({ file: configFile('[1]') })).toContain('DIR/my.json: expected a JSON object');
    expect(messageOf({ file: configFile(Uint8Array.of(0x7b, 0x22, 0xe9, 0x22)) })).toContain('cannot read the configuration file');
  });
});

describe('departuresOf', () => {
  it('lists what differs from the preset and nothing else', () => {
    expect(departuresOf(resolveConfig({ preset: 'paper' }))).toEqual({});
    expect(departuresOf(resolveConfig({ preset: 'paper', set: ['seeds=[1]', 'multi.epochs=2', 'loss.reduction=mean'] }))).toEqual({
      seeds: { preset: Array.from({ length: 20 }, (_, i) => i + 1), value: [1] },
      'multi.epochs': { preset: 6, value: 2 },
    });
  });
});

it('names no departure where a variant leaves a value open', () => {
  const departures = departuresOf(configSchema.parse({ variants: { slow: { arm: 'multi', set: ['multi.epochs=1'] } } }));
  expect(Object.keys(departures)).toEqual(['variants.slow.arm', 'variants.slow.set']);
});
