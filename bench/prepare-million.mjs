/**
 * Preparing a large data set: `node bench/prepare-million.mjs [--model DIR] [--rows N] [--peer PYTHON] [--pairs N] [--pair-rows N]`. Makes a TSV file
 * of pairs of texts, prepares it (reading, tokenising, the cache file) in a process of its own, and prints rows per second and the peak of
 * memory. With --peer, a Python that has `tokenizers`: both take turns with the first --pair-rows rows, the peer with encode_batch on all
 * cores and the texts in memory already; prints the ratio of rows per second of each pair, and their median.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PEER = fileURLToPath(new URL('./prepare_million.py', import.meta.url));
const CHILD = fileURLToPath(new URL('./prepare-one.mjs', import.meta.url));

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/minilm-l6' },
    rows: { type: 'string', default: '1000000' },
    peer: { type: 'string' },
    pairs: { type: 'string', default: '5' },
    'pair-rows': { type: 'string', default: '200000' },
  },
});

/** Distinct words, drawn by Zipf's law: as many as MNLI has. */
const WORDS = 100_000;
const ENDINGS = ['s', 'ed', 'ing', 'er', 'ly', 'ness', 'less', 'able', 'man', 'ville', 'ism', 'wise'];
/** Of a thousand texts, how many hold a character beyond ASCII. */
const ACCENTED = 30;

let state = 1;
/** xorshift32, in [0, 1). */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 4294967296;
}
const integer = (below) => Math.floor(random() * below);

/** The vocabulary's whole words, in its order, which is about that of frequency; then such words with endings, most of them two pieces or three. */
function makeWords(model) {
  const whole = readFileSync(join(model, 'vocab.txt'), 'utf8')
    .split('\n')
    .filter((entry) => /^[a-z]{2,}$/.test(entry))
    .slice(0, WORDS / 2);
  const derived = Array.from({ length: WORDS - whole.length }, () => `${whole[integer(whole.length)]}${ENDINGS[integer(ENDINGS.length)]}`);
  return [...whole, ...derived];
}
const words = makeWords(resolve(values.model));
/** Rank r about as often as 1 / r. */
const word = () => words[Math.floor(WORDS ** random()) - 1];

/** Some 15 word pieces; a pair is about as long as one of MNLI's. */
function text() {
  const parts = Array.from({ length: 5 + integer(14) }, word);
  parts[0] = parts[0][0].toUpperCase() + parts[0].slice(1);
  if (random() < 0.2) parts.splice(integer(parts.length), 0, String(integer(3000)));
  if (integer(1000) < ACCENTED) parts.splice(integer(parts.length), 0, 'café');
  return `${parts.join(' ').replace(' ', random() < 0.4 ? ', ' : ' ')}${random() < 0.9 ? '.' : '?'}`;
}

async function makeRows(path, rows) {
  const file = createWriteStream(path);
  file.write('a\tb\tlabel\n');
  for (let row = 0; row < rows; row += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - row) }, () => `${text()}\t${text()}\t${integer(2)}\n`);
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function measure(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return JSON.parse(stdout);
}

const folder = mkdtempSync(join(tmpdir(), 'prepare-million-'));
try {
  const model = resolve(values.model);
  const file = join(folder, 'all.tsv');
  await makeRows(file, Number(values.rows));
  console.log(`${values.rows} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB, the tokeniser of ${values.model}`);
  const { rows, tokens, seconds, peakBytes } = measure(process.execPath, [CHILD, file, model]);
  const figures = [
    `${(rows / seconds).toFixed(0)} rows/s`,
    `${(tokens / seconds / 1e6).toFixed(2)} million tokens/s`,
    `peak ${(peakBytes / 1e6).toFixed(0)} MB`,
  ];
  console.log(`prepared in ${seconds.toFixed(1)} s: ${figures.join(', ')}`);
  if (values.peer !== undefined) {
    const some = join(folder, 'some.tsv');
    await makeRows(some, Number(values['pair-rows']));
    const ratios = [];
    for (let pair = 0; pair < Number(values.pairs); pair += 1) {
      const own = measure(process.execPath, [CHILD, some, model]);
      const peer = measure(values.peer, [PEER, some, model]);
      if (own.tokens !== peer.tokens) throw new Error(`${own.tokens} tokens here, ${peer.tokens} there`);
      ratios.push(peer.seconds / own.seconds);
      const speeds = [own, peer].map((each) => (each.rows / each.seconds).toFixed(0));
      console.log(`pair ${pair + 1}: ${speeds[0]} rows/s here, ${speeds[1]} there: ${ratios[pair].toFixed(2)}`);
    }
    const sorted = ratios.toSorted((a, b) => a - b);
    console.log(
      `median of ${sorted.length} pairs: ${sorted[sorted.length >> 1].toFixed(2)} times Python's speed (${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
