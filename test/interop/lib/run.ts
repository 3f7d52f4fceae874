/**
 * Runs the comparisons of test/interop, one on each core, and prints their table. Arguments: the peers' interpreter, then names (none: all).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { passes, type Finding } from './comparison.js';
import { renderTable, type ComparisonResult } from './table.js';

const INTEROP = fileURLToPath(new URL('../', import.meta.url));
const LONGEST_MS = 300_000;
/** These are begun first: one of them begun last would keep one core at work and the others waiting. */
const LONG = ['encoder', 'reference', 'finetuning', 'text'];

const [python = '', ...chosen] = process.argv.slice(2);
const known = readdirSync(INTEROP)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`unknown comparison ${unknown.join(', ')}; there are ${known.join(', ')}`);

const scratch = mkdtempSync(join(tmpdir(), 'bornagain-interop-'));
const names = chosen.length > 0 ? chosen : known;
const results: ComparisonResult[] = [];
const place = (name: string): number => (LONG.includes(name) ? LONG.indexOf(name) : LONG.length);
const waiting = [...names.entries()].sort(([, a], [, b]) => place(a) - place(b)).values();
const worker = async () => {
  for (const [i, name] of waiting) results[i] = await compare(name);
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));
rmSync(scratch, { recursive: true });

process.stdout.write(renderTable(results));
const findings = results.flatMap((result) => result.findings);
const passed = findings.filter(passes).length;
// A comparison that broke off, or found nothing, is one failure.
const broken = results.filter(({ error, findings: own }) => error !== null || own.length === 0).length;
const failed = findings.length - passed + broken;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** What it prints is shown when it has ended. */
async function compare(name: string): Promise<ComparisonResult> {
  const findingsFile = join(scratch, `${name}.json`);
  const program = ['--import', 'tsx', join(INTEROP, 'lib', 'run-one.ts'), name, python, findingsFile];
  const started = Date.now();
  const child = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    // Its neighbours have the other cores.
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  process.stdout.write(Buffer.concat(output));
  const seconds = (Date.now() - started) / 1000;
  const findings = existsSync(findingsFile) ? (JSON.parse(readFileSync(findingsFile, 'utf8')) as Finding[]) : [];
  const error = status === 0 ? null : `${name} ended with ${signal ?? `exit code ${status}`}; its message is above`;
  return { name, findings: findings.map(restored), seconds, error };
}

function restored(finding: Finding): Finding {
  return { ...finding, difference: finding.difference ?? Number.NaN };
}
