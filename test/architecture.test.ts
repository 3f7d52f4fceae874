/** Imports point one way (ARCHITECTURE.md), and what runs without LibTorch never reaches it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** A folder imports from its own tier's listed neighbours and from every tier below. */
const TIERS = [
  ['cli'],
  ['report'],
  ['experiment'],
  ['train'],
  ['distill'],
  ['tasks', 'data', 'nn', 'optim'],
  ['text', 'tensor', 'metrics', 'statistics'],
  ['native'],
  ['util'],
];
/** Reading a data file needs its task's definition. */
const WITHIN_TIER = new Set(['data → tasks']);
/** Set-up and the program look for LibTorch in the same places. */
const OUTSIDE = ['cli/commands/doctor.ts', 'native/libtorch.ts', 'native/load.ts'].map(
  (file) => `${file} → ../scripts/lib/find-libtorch.mjs`,
);
/** PackedBatch is the boundary's own shape. */
const EXCEPTIONS = new Set(['native/types.ts → data/types.ts', ...OUTSIDE]);

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** `import … from './x.js'` and `export … from './x.js'`; then `import('./x.js')` and a bare `import './x.js'`. */
const FORMS = [/(?:import|export)\s+[^;]*?from\s+'(?<path>\.[^']+)'/g, /\bimport(?:\s*\(\s*|\s+)'(?<path>\.[^']+)'/g];

function importsOf(from: string, text: string): Import[] {
  return FORMS.flatMap((form) => [...text.matchAll(form)]).map(({ 0: statement, groups }) => ({
    from,
    to: relative(SRC, resolve(SRC, dirname(from), groups?.['path'] as string)).replace(/\.js$/, '.ts'),
    typeOnly: /^(import|export)\s+type\s/.test(statement),
  }));
}

const imports = files.flatMap((from) => importsOf(from, readFileSync(join(SRC, from), 'utf8')));

const folder = (file: string): string => file.split('/')[0] as string;
const tier = (name: string): number => TIERS.findIndex((names) => names.includes(name));

function allowed({ from, to }: Import): boolean {
  const [source, target] = [folder(from), folder(to)];
  if (source === 'index.ts' || source === target || EXCEPTIONS.has(`${from} → ${to}`)) return true;
  if (to.startsWith('..')) return false;
  // A leaf, which every folder may read.
  if (target === 'config') return true;
  return tier(source) < tier(target) || WITHIN_TIER.has(`${source} → ${target}`);
}

/** Everything a file imports at run time, directly or not. */
function reaches(start: string): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) visit(to);
  };
  visit(start);
  return seen;
}

describe('the source', () => {
  it('has imports to look at, and only folders that have a place', () => {
    expect(imports.length).toBeGreaterThan(100);
    for (const file of files) expect(file === 'index.ts' || folder(file) === 'config' || tier(folder(file)) >= 0, file).toBe(true);
  });

  it.each(["import { a } from './x.js';", "export * from './x.js';", "import './x.js';", "const { a } = await import('./x.js');"])(
    'cannot hide an import: %s',
    (text) => {
      expect(importsOf('util/hash.ts', text)).toEqual([{ from: 'util/hash.ts', to: 'util/x.ts', typeOnly: false }]);
      expect(importsOf('util/hash.ts', text.replace('./', '../cli/')).map(allowed)).toEqual([false]);
    },
  );

  it('imports along the arrows only', () => {
    expect(imports.filter((each) => !allowed(each)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('imports from outside src only how LibTorch is found', () => {
    const outside = importsOf('util/hash.ts', "import { a } from '../../scripts/lib/find-libtorch.mjs';");
    expect(outside.map(({ to }) => to)).toEqual(['../scripts/lib/find-libtorch.mjs']);
    expect(outside.map(allowed)).toEqual([false]);
    const used = imports.filter(({ to }) => to.startsWith('..')).map(({ from, to }) => `${from} → ${to}`);
    expect([...new Set(used)].sort()).toEqual(OUTSIDE);
  });

  it('keeps config free of every other folder', () => {
    expect(imports.filter(({ from, to }) => folder(from) === 'config' && !['config', 'util'].includes(folder(to)))).toEqual([]);
  });

  it("asks the configuration's registry for tasks, and GLUE's own list only for GLUE's upload", () => {
    const glueOnly = files.filter((file) => /\b(taskByName|TASKS)\b/.test(readFileSync(join(SRC, file), 'utf8')));
    expect(glueOnly.filter((file) => !file.startsWith('tasks/') && !file.startsWith('report/submission/'))).toEqual(['index.ts']);
  });

  it.each(['metrics/index.ts', 'statistics/index.ts', 'tasks/index.ts', 'optim/layerwise.ts', 'optim/schedule.ts', 'distill/annealing.ts'])(
    'runs %s without LibTorch',
    (file) => {
      expect(files).toContain(file);
      expect([...reaches(file)].filter((each) => folder(each) === 'native')).toEqual([]);
    },
  );
});
