/**
 * The reference of the configuration's keys. docs/configuration.md is rendered here and compared with what lies there;
 * `npx vitest run test/config/reference.test.ts -u` writes it again.
 */
import { expect, it } from 'vitest';
import { flattenConfig, resolveConfig } from '../../src/config/load.js';
import { keyReference, type KeyReference } from '../../src/config/reference.js';

const keys = keyReference();
const byPath = new Map(keys.map((key) => [key.path, key]));

it('has every value of a resolved configuration, with its default', () => {
  const { preset, customTasks, variants, ...settings } = resolveConfig({});
  const defaults = Object.fromEntries(keys.filter(({ path }) => !path.includes('<name>')).map((key) => [key.path, key.default]));
  expect(defaults).toEqual({ preset, customTasks, variants, ...flattenConfig(settings) });
});

it('says of each what it means', () => {
  expect(keys.filter(({ meaning }) => meaning === '').map(({ path }) => path)).toEqual([]);
  expect(byPath.get('multi.layerDecay')?.meaning).toBe('alpha: each layer further from the output learns alpha times slower');
  expect(byPath.get('customTasks.<name>.files.dev')?.meaning).toMatch(/^file of each split/);
});

it('says which must be given', () => {
  const required = keys.filter((key) => key.required).map(({ path }) => path);
  const ofTask = ['kind', 'files.train', 'files.dev', 'columns.textA'].map((key) => `customTasks.<name>.${key}`);
  expect(required).toEqual([...ofTask, 'variants.<name>.arm']);
});

it.each([
  ['loss.reduction', 'mean, sum'],
  ['logging.tensorboard', 'true, false'],
  ['seeds', 'list of: whole number from 0'],
  ['single.batchSize', 'whole number from 1'],
  ['single.epochs', 'number above 0'],
  ['single.layerDecay', 'number above 0 to 1'],
  ['optimizer.weightDecay', 'number from 0'],
  ['model.dropout', 'number from 0 to below 1 or null'],
  ['selection.every', 'epoch or whole number from 1'],
  ['variants', 'an object for each name'],
  ['variants.<name>.teachers', 'text or null'],
  ['customTasks.<name>.scoreRange', '[number, number] or null'],
])('says what %s takes', (path, values) => {
  expect(byPath.get(path)?.values).toBe(values);
});

const INTRODUCTION = `# Configuration

A value comes from the last of these that has it: the defaults below, a preset (\`--preset\`), a JSON file (\`--config\`), a single value on the
command line (\`--set\`, read as JSON or else as text). \`run\`, \`train\`, \`eval\`, \`predict\`, \`submit\` and \`prepare\` take these three flags.

\`\`\`sh
npx bornagain run --preset paper --data DATA --model DIR --out runs/mine --set multi.epochs=3 'seeds=[1,2,3]'
\`\`\`

The same as a file:

\`\`\`json
{ "preset": "paper", "multi": { "epochs": 3 }, "seeds": [1, 2, 3] }
\`\`\`

An unknown key is an error that names the nearest one, a value that does not fit one that says what is expected. Presets are written out in
\`src/config/presets.ts\`. The \`config\` of a results.json is the whole configuration of an experiment, and a file for \`--config\` as well.

This file is made from \`src/config/schema.ts\`; \`bornagain run --help\` prints the same.
`;

const TITLES: Readonly<Record<string, string>> = {
  '': 'What is trained',
  customTasks: "customTasks: tasks of one's own ([example](../examples/own-tasks/README.md))",
  variants: "variants: arms of one's own",
};

/** `single.epochs` stands under `single`; keys without a group under ''. */
const groupOf = ({ path }: KeyReference): string => (path.includes('.') ? (path.split('.')[0] ?? '') : '');

function row({ path, default: value, required, values, meaning }: KeyReference): string {
  const without = required ? 'none, needed' : 'none';
  return `| \`${path}\` | ${value === undefined ? without : `\`${JSON.stringify(value)}\``} | ${values} | ${meaning.replaceAll('<', '&lt;')} |`;
}

function render(): string {
  const sections = [...new Set(keys.map(groupOf))].map((group) => {
    const rows = keys.filter((key) => groupOf(key) === group).map(row);
    return [`## ${TITLES[group] ?? group}`, '', '| key | default | takes | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

it('is what docs/configuration.md says', async () => {
  await expect(render()).toMatchFileSnapshot('../../docs/configuration.md');
});
