/** Small data folders in GLUE's formats, and the fixtures' tokeniser, for tests of the data layer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PrepareOptions } from '../../src/data/prepare.js';
import { taskByName } from '../../src/tasks/index.js';
import { Tokenizer } from '../../src/text/tokenizer.js';

export type Row = readonly [textA: string, textB: string, label: number];

export const ROWS: readonly Row[] = [
  ['The film was great .', 'It was a good movie .', 1],
  ['A dog is not a cat', 'What a long walk , not good , not great , but a walk', 0],
  ['She won', 'They fell', 0],
  ['naïve café', 'Paris', 1],
];

export class SmallGlue {
  readonly folder = mkdtempSync(join(tmpdir(), 'small-glue-'));
  readonly dataDir = join(this.folder, 'glue');
  readonly cacheDir = join(this.folder, 'cache');

  /** Writes MRPC's train file. */
  mrpc(rows: readonly Row[] = ROWS, extraLines: readonly string[] = []): string {
    const lines = rows.map(([a, b, label], row) => [label, row, row, a, b].join('\t'));
    return this.write('MRPC/train.tsv', ['Quality\t#1 ID\t#2 ID\t#1 String\t#2 String', ...lines, ...extraLines]);
  }

  write(name: string, lines: readonly string[]): string {
    const path = join(this.dataDir, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, lines.join('\n') + '\n');
    return path;
  }

  options(tokenizer: Tokenizer, change: Partial<PrepareOptions> = {}): PrepareOptions {
    const { dataDir, cacheDir } = this;
    return {
      task: taskByName('mrpc'),
      split: 'train',
      limit: { maxLength: 16, truncation: 'reference' },
      bothOrders: false,
      badRows: 'stop',
      dataDir,
      cacheDir,
      tokenizer,
      ...change,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function fixtureTokenizer(name = 'uncased'): Promise<Tokenizer> {
  return Tokenizer.fromFolder(fileURLToPath(new URL(`../fixtures/text/${name}`, import.meta.url)));
}
