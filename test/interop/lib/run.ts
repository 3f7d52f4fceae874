/** Runs the comparisons of test/interop one after the other and prints their table. Arguments: the peers' interpreter, then names (none: all). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { passes, type Finding } from './comparison.js';
import { renderTable } from './table.js';

const INTEROP = fileURLToPath(new URL('../', import.meta.url));
const LONGEST_MS = 300_000;

const [python = '', ...chosen] = process.argv.slice(2);
const known = readdirSync(INTEROP)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`unknown comparison ${unknown.join(', ')}; there are ${known.join(', ')}`);

const scratch = mkdtempSync(join(tmpdir(), 'bornagain-interop-'));
const results = (chosen.length > 0 ? chosen : known).map((name) => {
  const findingsFile = join(scratch, `${name}.json`);
  const program = ['--import', 'tsx', join(INTEROP, 'lib', 'run-one.ts'), name, python, findingsFile];
  const started = Date.now();
  const { status, signal } = spawnSync(process.execPath, program, { stdio: 'inherit', timeout: LONGEST_MS });
  const seconds = (Date.now() - started) / 1000;
  const findings = existsSync(findingsFile) ? (JSON.parse(readFileSync(findingsFile, 'utf8')) as Finding[]) : [];
  const error = status === 0 ? null : `${name} ended with ${signal ?? `exit code ${status}`}; its message is above`;
  return { name, findings: findings.map(restored), seconds, error };
});
rmSync(scratch, { recursive: true });

process.stdout.write(renderTable(results));
const findings = results.flatMap((result) => result.findings);
const passed = findings.filter(passes).length;
// A comparison that broke off, or found nothing, is one failure.
const broken = results.filter(({ error, findings: own }) => error !== null || own.length === 0).length;
const failed = findings.length - passed + broken;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function restored(finding: Finding): Finding {
  return { ...finding, difference: finding.difference ?? Number.NaN };
}
