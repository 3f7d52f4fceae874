/** What needs no native code: help, wrong usage and wrong configuration, each with its exit code and its message. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

const COMMANDS = ['run', 'train', 'watch', 'eval', 'predict', 'export', 'report', 'submit', 'prepare', 'doctor'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Flags of a run whose folders exist, so that only what the test adds is wrong. */
const run = (...more: string[]): string[] => ['run', '--data', folder, '--model', folder, '--out', join(folder, 'out'), ...more];

describe('help', () => {
  it('lists the commands, and no others', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const listed = [...stdout.matchAll(/^ {2}(\w+) \[(?:options|command)\]/gm)].map(([, name]) => name);
    expect(listed).toEqual([...COMMANDS, 'help']);
  });

  it.each(COMMANDS)('%s has an example that names it', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  \\$ .*bornagain ${command}`));
  });

  it('shows every configuration key with its default, its meaning and its values', async () => {
    const { stdout } = await runCli(['run', '--help']);
    expect(stdout).toContain('  multi.epochs=6\n      passes over the training set; ');
    expect(stdout).toContain('  runtime.device="cpu"\n');
    expect(stdout).toContain('  loss.reduction="mean"\n      over the examples of a batch [mean, sum]\n');
  });
});

describe('wrong usage ends with 2 and one message', () => {
  it.each([
    { args: [], message: 'Usage: bornagain' },
    { args: ['rnu'], message: "unknown command 'rnu'\n(Did you mean run?)" },
    { args: ['run', '--dta', 'x'], message: "unknown option '--dta'\n(Did you mean --data?)" },
    { args: ['run', '--data', 'x'], message: "required option '--model <dir>' not specified" },
    { args: ['run', '--preset', 'papper'], message: 'Allowed choices are quickstart, paper, reference' },
    { args: ['watch'], message: "missing required argument 'run_dir'" },
    { args: ['watch', 'runs', '--port', '70000'], message: '--port 70000: expected a whole number up to 65535' },
    { args: ['watch', 'src'], message: "src holds no experiment. Name the folder that 'bornagain run --out' was given" },
    { args: ['train', '--arm', 'double'], message: 'Allowed choices are single, multi, distilled' },
    { args: ['eval', '--split', 'tset'], message: 'Allowed choices are dev, dev_mismatched, train, test' },
  ])('$args', async ({ args, message }) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('folders and files that are not there', async () => {
    const absent = join(folder, 'absent');
    const file = join(folder, 'file.txt');
    writeFileSync(file, 'text\n');
    const cases = [
      { args: ['run', '--data', absent, '--model', folder, '--out', 'o'], message: `error: --data ${absent}: there is no such folder\n` },
      { args: ['run', '--data', folder, '--model', file, '--out', 'o'], message: `error: --model ${file}: this is no folder\n` },
      { args: ['eval', '--data', folder, '--model', absent], message: `error: --model ${absent}: there is no such folder\n` },
      { args: ['prepare', '--data', absent, '--model', folder], message: `error: --data ${absent}: there is no such folder\n` },
      {
        args: ['predict', '--model', folder, '--task', 'rte', '--input', absent],
        message: `error: --input ${absent}: there is no such file\n`,
      },
      {
        args: ['predict', '--model', folder, '--task', 'rte', '--input', file, '--output', '/dev/null'],
        message: 'error: --output /dev/null: this is no regular file\n',
      },
    ];
    for (const { args, message } of cases) expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: message });
  });

  it.each([
    { args: ['run', '--data', 'd', '--model', 'm', '--out', ''], flag: '--out <dir>' },
    { args: ['train', '--arm', 'single', '--tasks', 'rte', '--data=', '--model', 'm', '--out', 'o'], flag: '--data <dir>' },
    { args: ['export', '--model', 'm', '--out', ''], flag: '--out <dir>' },
    { args: ['prepare', '--data', 'd', '--model', 'm', '--cache', ''], flag: '--cache <dir>' },
    { args: ['run', '--data', 'd', '--model', 'm', '--out', 'o', '--config', ''], flag: '--config <file>' },
    { args: ['predict', '--model', 'm', '--task', 'rte', '--input', ''], flag: '--input <file>' },
    { args: ['submit', '--model', 'm', '', '--data', 'd', '--out', 'o'], flag: '--model <dir...>' },
    { args: ['report', ''], flag: 'run_dir' },
  ])('an empty path: $args', async ({ args, flag }) => {
    const stderr = `error: ${flag} is empty: a path is needed. A shell variable that is not set gives none\n`;
    expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('combinations that cannot be trained', async () => {
    const train = (...more: string[]) => runCli(['train', '--data', folder, '--model', folder, '--out', 'o', ...more]);
    const cases = [
      { more: ['--arm', 'single', '--tasks', 'rte,mnli'], message: '--arm single trains one task, --tasks names 2' },
      { more: ['--arm', 'distilled', '--tasks', 'rte'], message: '--arm distilled needs --teachers' },
      { more: ['--arm', 'multi', '--tasks', 'rte', '--teachers', folder], message: '--teachers is for --arm distilled' },
      { more: ['--arm', 'multi', '--tasks', 'rte,rte'], message: '--tasks rte,rte: rte stands there twice' },
      { more: ['--arm', 'multi', '--tasks', 'rte', '--seed', '-1'], message: '--seed -1: expected a whole number from 0' },
    ];
    for (const { more, message } of cases) {
      const { code, stderr } = await train(...more);
      expect(stderr).toContain(`error: ${message}`);
      expect(code).toBe(2);
    }
  });
});

describe('wrong configuration ends with 2', () => {
  it('an unknown key on the command line, with the nearest', async () => {
    expect(await runCli(run('--set', 'multi.epoch=3'))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: --set multi.epoch=3: multi.epoch: unknown key; did you mean multi.epochs?\n',
    });
  });

  it('every mistake of a file, with the file', async () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, '{ "multi": { "epochs": 0 }, "seed": 1 }');
    const { code, stderr } = await runCli(run('--config', file));
    expect(stderr).toBe(`error: ${file}:\n  multi.epochs: expected number to be >0, got 0\n  seed: unknown key; did you mean seeds?\n`);
    expect(code).toBe(2);
  });

  it('several --set after one flag, the last of which is wrong', async () => {
    const { stderr } = await runCli(run('--set', 'seeds=[1,2]', 'multi.epochs=2', 'loss.reduction=men'));
    expect(stderr).toContain('loss.reduction: expected "mean" or "sum", got "men"');
  });

  it('an unknown task, in the configuration and in a flag', async () => {
    const inConfig = await runCli(run('--set', 'tasks=["rte","mnlli"]'));
    expect(inConfig.stderr).toContain("error: unknown task 'mnlli'; did you mean 'mnli'?");
    expect(inConfig.code).toBe(2);
    const inFlag = await runCli(['predict', '--model', 'models/tiny-bert', '--task', 'RTE', '--input', '-']);
    expect(inFlag.stderr).toContain("error: unknown task 'RTE'; did you mean 'rte'?");
    expect(inFlag.code).toBe(2);
  });

  it('a task without a training set', async () => {
    const { code, stderr } = await runCli(run('--set', 'tasks=["ax"]'));
    expect(stderr).toContain("task 'ax' has no training set of its own, and no labels to score by");
    expect(code).toBe(2);
  });

  it.each([['run'], ['train', '--arm', 'single', '--tasks', 'rte']])('an ordinary file as --out of %s', async (...command) => {
    const out = join(folder, 'a-file');
    writeFileSync(out, '');
    const { code, stderr } = await runCli([...command, '--data', folder, '--model', folder, '--out', out]);
    expect(stderr).toBe(`error: --out ${out}: this is a file, a folder is needed\n`);
    expect(code).toBe(2);
  });
});

describe('--json', () => {
  it('puts the error with its code on stdout, and nothing else there', async () => {
    const { code, stdout } = await runCli(run('--set', 'multi.epoch=3', '--json'));
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'ERR_CONFIG',
        message: '--set multi.epoch=3: multi.epoch: unknown key; did you mean multi.epochs?',
        details: { origin: '--set multi.epoch=3', issues: ['multi.epoch: unknown key; did you mean multi.epochs?'] },
      },
    });
  });

  it('does so for wrong usage as well', async () => {
    const { stdout } = await runCli(['run', '--dta', 'x', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ERR_USAGE', message: expect.stringContaining("unknown option '--dta'") as string },
    });
  });
});
