import { expect, test } from 'vitest';
import { runModule } from './run-module.js';

interface Unit {
  readonly files: readonly string[];
  readonly command: { readonly command: string; readonly file: string } | null;
}

const compile = (file: string, flags: string) => ({ directory: '/b', file, command: `c++ ${flags} -o ${file}.o -c ${file}` });

async function unitsOf(commands: readonly ReturnType<typeof compile>[]): Promise<Unit[]> {
  const { stdout } = await runModule('clang-tidy.mjs', `console.log(JSON.stringify(module.unitsOf(${JSON.stringify(commands)}, '/u')));`);
  return JSON.parse(stdout) as Unit[];
}

test('files that are compiled alike are read together, at most eight at once and no neighbours', async () => {
  const names = Array.from('abcdefghi', (letter) => `/s/${letter}.cc`);
  const units = await unitsOf([...names.map((file) => compile(file, '-O3')), compile('/t/x.cc', '-O3 -DX')]);
  expect(units.map(({ files }) => files)).toEqual([
    ['/s/a.cc', '/s/c.cc', '/s/e.cc', '/s/g.cc', '/s/i.cc'],
    ['/s/b.cc', '/s/d.cc', '/s/f.cc', '/s/h.cc'],
    ['/t/x.cc'],
  ]);
  expect(units.map(({ command }) => command?.command)).toEqual([
    'c++ -O3 -iquote /s -c /u/unit0.cc',
    'c++ -O3 -iquote /s -c /u/unit1.cc',
    'c++ -O3 -DX -iquote /t -c /u/unit2.cc',
  ]);
});

test('a file that is compiled several times is read by itself', async () => {
  const units = await unitsOf([compile('/s/k.cc', '-mavx2'), compile('/s/k.cc', '-mavx512f'), compile('/s/a.cc', '-mavx2')]);
  expect(units[0]).toEqual({ files: ['/s/k.cc'], command: null });
  expect(units.slice(1).map(({ files }) => files)).toEqual([['/s/a.cc']]);
});
