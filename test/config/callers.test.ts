/** Calls of JavaScript, which no compiler has seen, and what is told of them. */
import { describe, expect, it } from 'vitest';
import { checkConfig, resolveConfig, type ConfigSources } from '../../src/config/load.js';
import { configSchema, type Config } from '../../src/config/schema.js';

const refusal = (message: string): Error => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }) as Error;

describe('resolveConfig', () => {
  it('gives the defaults where nothing is said', () => {
    expect(resolveConfig()).toEqual({ ...configSchema.parse({}), preset: 'custom' });
  });

  it.each<[unknown, string]>([
    [null, 'expected an object like { preset: "paper", set: ["multi.epochs=3"] }'],
    ['paper', 'expected an object like { preset: "paper", set: ["multi.epochs=3"] }'],
    [{ set: 'seeds=[1]' }, 'set must be a list of texts, like ["multi.epochs=3"]'],
    [{ set: [3] }, 'set must be a list of texts, like ["multi.epochs=3"]'],
    [{ presets: 'paper' }, "unknown option 'presets'; did you mean 'preset'? Options: preset, file, set, trainsTasks"],
    [{ preset: 3 }, 'preset must be the name of a preset'],
    [{ file: new URL('file:///c.json') }, 'file must be the path of a JSON file'],
  ])('refuses %j', (sources, message) => {
    expect(() => resolveConfig(sources as ConfigSources)).toThrow(refusal(`resolveConfig: ${message}`));
  });
});

describe('checkConfig', () => {
  it('takes what resolveConfig gives, and nothing with keys missing', () => {
    expect(() => checkConfig(resolveConfig({ preset: 'paper' }))).not.toThrow();
    const lacks = (config: object, names: string): void =>
      expect(() => checkConfig(config as Config)).toThrow(
        refusal(`options.config is not whole: it lacks ${names}; resolveConfig gives one with every key`),
      );
    lacks({ preset: 'quickstart' }, 'tasks, arms, seeds, …');
    lacks({ ...resolveConfig(), seeds: undefined }, 'seeds');
    const { shareDir, ...runtime } = resolveConfig().runtime;
    expect(shareDir).toBeNull();
    lacks({ ...resolveConfig(), runtime }, 'runtime.shareDir');
  });
});
