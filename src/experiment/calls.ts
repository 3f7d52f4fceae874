/**
 * `OUT/calls.jsonl`: every call that worked on an experiment, as the report tells how to repeat it: a line when it begins, with what was
 * called on which machine, and a line when it ends, with what it cost. A call that was killed has no second line. Decides nothing.
 */
import { appendFileSync } from 'node:fs';
import { arch, cpus, platform, release } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { loadAddon } from '../native/load.js';
import { EnergyMeter } from '../util/energy.js';
import { BornAgainError } from '../util/errors.js';
import { ioError } from '../util/io-error.js';
import { packageVersion } from '../util/package-version.js';
import { readTextIfThere } from '../util/if-there.js';

const beginSchema = z.strictObject({
  call: z.int(),
  /** ISO time. */
  began: z.string(),
  /** As a shell takes it; null where a program called the library. */
  command: z.string().nullable(),
  /** Relative to OUT. */
  dataDir: z.string(),
  modelDir: z.string(),
  versions: z.record(z.string(), z.string()),
  /** Processor, cores and operating system. */
  machine: z.record(z.string(), z.union([z.string(), z.number()])),
});

const endSchema = z.strictObject({
  call: z.int(),
  outcome: z.enum(['finished', 'failed', 'cancelled']),
  seconds: z.number(),
  /** Of the machine's processors, whatever else ran; null where they do not tell. */
  joules: z.number().nullable(),
});

type Begin = Readonly<z.infer<typeof beginSchema>>;
type End = Readonly<z.infer<typeof endSchema>>;
export type Call = Begin & { readonly end: Omit<End, 'call'> | null };

export interface CallDescription {
  readonly outDir: string;
  readonly dataDir: string;
  readonly modelDir: string;
  readonly command: string | null;
}

const callsFile = (outDir: string): string => join(outDir, 'calls.jsonl');

/** Runs `work` between the two lines. Throws ERR_IO, ERR_OUTPUT_FOLDER (a malformed file), and what `work` throws. */
export async function loggedCall<T>(description: CallDescription, work: () => Promise<T>): Promise<T> {
  const { outDir } = description;
  const call = (await readCalls(outDir)).length;
  append(outDir, beginOf(call, description));
  const meter = EnergyMeter.start();
  const started = performance.now();
  let outcome: End['outcome'] = 'failed';
  try {
    const result = await work();
    outcome = 'finished';
    return result;
  } catch (error) {
    if (error instanceof BornAgainError && error.code === 'ERR_CANCELLED') outcome = 'cancelled';
    throw error;
  } finally {
    const seconds = (performance.now() - started) / 1000;
    append(outDir, { call, outcome, seconds, joules: meter?.stop() ?? null });
  }
}

function beginOf(call: number, { outDir, dataDir, modelDir, command }: CallDescription): Begin {
  const { runtimeVersion, instructionSet } = loadAddon().runtimeInfo();
  const processors = cpus();
  return {
    call,
    began: new Date().toISOString(),
    command,
    dataDir: relative(resolve(outDir), resolve(dataDir)),
    modelDir: relative(resolve(outDir), resolve(modelDir)),
    versions: { bornagain: packageVersion(), LibTorch: runtimeVersion, Node: process.versions.node },
    machine: {
      processor: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      kernels: instructionSet,
      system: `${platform()} ${release()} ${arch()}`,
    },
  };
}

/** One write a line: a crash leaves it whole or not at all. */
function append(outDir: string, line: Begin | End): void {
  const path = callsFile(outDir);
  try {
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Oldest first; empty where none is known. Throws ERR_OUTPUT_FOLDER, ERR_IO. */
export async function readCalls(outDir: string): Promise<Call[]> {
  const path = callsFile(outDir);
  const text = (await readTextIfThere(path)) ?? '';
  const lines = text.split('\n').slice(0, -1);
  const parsed = lines.map((line, index) => parseLine(line, `${path}:${index + 1}`));
  const ends = parsed.filter((line) => 'outcome' in line);
  return parsed
    .filter((line) => 'began' in line)
    .map((begin) => {
      const { call: _call, ...end } = ends.find(({ call }) => call === begin.call) ?? { call: -1 };
      return { ...begin, end: 'outcome' in end ? end : null };
    });
}

function parseLine(line: string, place: string): Begin | End {
  try {
    return z.union([beginSchema, endSchema]).parse(JSON.parse(line));
  } catch (cause) {
    const message = `${place} is malformed: ${(cause as Error).message}. Remove the line: it decides no result`;
    throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { place }, { cause });
  }
}
