/** What an experiment is refused for before its folder is made: a program may change a resolved configuration, and JavaScript has no types. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runExperiment, type ExperimentOptions } from '../../src/experiment/run.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { experimentConfig } from './experiment-rig.js';

const config = experimentConfig();

it.each<[string, Partial<ExperimentOptions>, string, string]>([
  ['a seed between two numbers', { config: { ...config, seeds: [1, 1.5] } }, 'ERR_CONFIG', 'options.config: seeds.1: expected int'],
  ['a task twice', { config: { ...config, tasks: ['rte', 'rte'] } }, 'ERR_CONFIG', 'options.config: tasks: expected no value twice'],
  [
    'a rate of 0',
    { config: { ...config, multi: { ...config.multi, layerDecay: 0 } } },
    'ERR_CONFIG',
    'multi.layerDecay: expected number to be >0',
  ],
  [
    'a task that nobody knows',
    { config: { ...config, tasks: ['rtee', 'stsb'] } },
    'ERR_UNKNOWN_TASK',
    "unknown task 'rtee'; did you mean 'rte'?",
  ],
  ['nobody to tell', { onEvent: undefined as never }, 'ERR_INVALID_ARGUMENT', 'options.onEvent must be a function'],
])('refuses %s', async (_, wrong, code, message) => {
  const outDir = join(await temporaryFolder(), 'out');
  const options = { config, dataDir: 'data', modelDir: 'model', outDir, onEvent: () => undefined, ...wrong };
  await expect(runExperiment(options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  expect(existsSync(outDir)).toBe(false);
});
