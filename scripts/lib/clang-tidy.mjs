/**
 * clang-tidy over many files. Reading LibTorch's headers takes it seconds a file, so files that are compiled alike are first read several at a
 * time, as one text. Only where one of these complains are its files read alone: that says what is wrong and where, and does not mind that
 * two files have helpers of the same name. What it costs: an unused `using` is overlooked where another file of the text uses the name.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compileJobs } from './build.mjs';
import { execute, say } from './console.mjs';
import { pythonTool } from './python-tools.mjs';

/** @typedef {{ directory: string, file: string, command: string }} CompileCommand */
/** @typedef {{ files: string[], command: CompileCommand | null }} Unit what is read at once; `command`: of its text, null: of the file itself */

const FILES_AT_ONCE = 8;

// LibTorch's parallel loops include OpenMP's header, which the packaged clang does not carry.
const ARGUMENTS = ['-quiet', '-extra-arg=-fno-openmp'];

/**
 * The command without what belongs to one file alone.
 * @param {CompileCommand} compile
 */
function flagsOf({ command, file }) {
  return command.replace(/ -o \S+/, '').replace(` -c ${file}`, '');
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @returns {[string, T[]][]} in the order in which keys appear
 */
function groupBy(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}

/**
 * Units of at most FILES_AT_ONCE files. Neighbours in the alphabet share more names than others, so they go to different units; a file that
 * is compiled several times, as the kernels are, stays alone.
 * @param {readonly CompileCommand[]} commands
 * @param {string} folder where the texts will lie
 * @returns {Unit[]}
 */
export function unitsOf(commands, folder) {
  const byFile = groupBy(commands, ({ file }) => file);
  const often = byFile.filter(([, { length }]) => length > 1).map(([file]) => file);
  const once = byFile.flatMap(([, group]) => (group.length === 1 ? group : []));
  const texts = groupBy(once, flagsOf).flatMap(([flags, group]) => {
    const count = Math.ceil(group.length / FILES_AT_ONCE);
    const all = group.map(({ file }) => file).sort();
    const folders = [...new Set(all.map((file) => path.dirname(file)))].map((name) => ` -iquote ${name}`).join('');
    return Array.from({ length: count }, (_, unit) => ({ files: all.filter((_, i) => i % count === unit), flags: flags + folders }));
  });
  return [
    ...often.map((file) => ({ files: [file], command: null })),
    ...texts.map(({ files, flags }, i) => {
      const file = path.join(folder, `unit${i}.cc`);
      return { files, command: { directory: folder, file, command: `${flags} -c ${file}` } };
    }),
  ];
}

/**
 * Whether clang-tidy has nothing to say about a file. What it does say is dropped.
 * @param {string} file
 * @param {string} database
 * @returns {Promise<boolean>}
 */
function isClean(file, database) {
  return new Promise((resolve, reject) => {
    const child = spawn(pythonTool('clang-tidy'), [...ARGUMENTS, '-p', database, file], { stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

/**
 * Checks what `build` compiles of the named files.
 * @param {string} build a configured CMake folder with compile_commands.json
 * @param {readonly string[]} files absolute
 * @returns {Promise<number>} 0, or an exit code where there are complaints, which are printed
 */
export async function clangTidy(build, files) {
  /** @type {CompileCommand[]} */
  const all = JSON.parse(readFileSync(path.join(build, 'compile_commands.json'), 'utf8'));
  const wanted = new Set(files);
  const folder = path.join(build, 'units');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const units = unitsOf(
    all.filter(({ file }) => wanted.has(file)),
    folder,
  );
  for (const unit of units) {
    if (unit.command === null) continue;
    writeFileSync(unit.command.file, unit.files.map((file) => `#line 1 "${file}"\n${readFileSync(file, 'utf8')}`).join('\n'));
  }
  const commands = units.flatMap(({ command }) => command ?? []);
  writeFileSync(path.join(folder, 'compile_commands.json'), JSON.stringify(commands, null, 1));

  /** @type {string[]} */
  const suspects = [];
  const rest = [...units];
  const worker = async () => {
    for (let unit = rest.shift(); unit !== undefined; unit = rest.shift()) {
      const clean = unit.command === null ? await isClean(unit.files[0] ?? '', build) : await isClean(unit.command.file, folder);
      if (!clean) suspects.push(...unit.files);
    }
  };
  const jobs = compileJobs();
  await Promise.all(Array.from({ length: jobs }, worker));
  if (suspects.length === 0) return 0;
  say(`  ${suspects.length} of ${wanted.size} files once more, one by one.`);
  const single = ['-clang-tidy-binary', pythonTool('clang-tidy'), '-p', build, '-j', String(jobs), ...ARGUMENTS];
  return execute(pythonTool('run-clang-tidy.py'), [...single, ...suspects.map((file) => `^${file}$`)]);
}
