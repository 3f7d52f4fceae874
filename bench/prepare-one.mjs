/** One measurement of bench/prepare-million.mjs: prepares a TSV file of pairs, prints rows, tokens, seconds and the peak of memory as JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { configSchema } from '../dist/config/schema.js';
import { prepareCacheFile } from '../dist/data/prepare.js';
import { taskRegistry } from '../dist/tasks/index.js';
import { Tokenizer } from '../dist/text/tokenizer.js';

const [file, model] = process.argv.slice(2);
const pairs = { kind: 'classification', labels: ['0', '1'], columns: { textA: 'a', textB: 'b' } };
const files = { train: basename(file), dev: basename(file) };
const registry = taskRegistry(configSchema.parse({ customTasks: { pairs: { ...pairs, files } } }));
const tokenizer = await Tokenizer.fromFolder(model);
const cacheDir = mkdtempSync(join(dirname(file), 'cache-'));
const started = performance.now();
const report = await prepareCacheFile({
  ...{ task: registry.byName('pairs'), split: 'train', dataDir: dirname(file), cacheDir, tokenizer },
  ...{ limit: { maxLength: 128, truncation: 'reference' }, bothOrders: false, badRows: 'stop' },
});
const seconds = (performance.now() - started) / 1000;
rmSync(cacheDir, { recursive: true });
console.log(JSON.stringify({ rows: report.rows, tokens: report.tokens, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }));
