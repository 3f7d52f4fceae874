/** Runs one comparison in a process of its own, so that a crash costs that one only. Arguments: its name, the interpreter, the file for its findings. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Comparison } from './comparison.js';
import { Peer } from './peer.js';

const [name = '', python = '', findingsFile = ''] = process.argv.slice(2);
const { comparison } = (await import(`../${name}.ts`)) as { comparison: Comparison };
process.stdout.write(`${name}: ${comparison.what}\n`);
const folder = await mkdtemp(join(tmpdir(), `bornagain-interop-${name}-`));
try {
  // JSON has no NaN: what is not finite becomes null, which the reader takes for a failure.
  await writeFile(findingsFile, JSON.stringify(await comparison.run(new Peer(python, folder))));
} finally {
  await rm(folder, { recursive: true, force: true });
}
