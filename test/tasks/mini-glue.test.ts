/** The shipped sample, data/mini-glue: every split of every task is read without a bad row, and nothing is lost. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readExamples, TASKS } from '../../src/tasks/index.js';
import type { SplitName } from '../../src/tasks/index.js';

const dataDir = fileURLToPath(new URL('../../data/mini-glue', import.meta.url));
const splits = TASKS.flatMap((task) => Object.keys(task.splits).map((split) => ({ name: task.name, task, split: split as SplitName })));

describe('data/mini-glue', () => {
  it.each(splits)('$name $split', async ({ task, split }) => {
    const stream = readExamples(task, split, dataDir, { badRows: 'stop' });
    const ids = new Set<string>();
    const labels = new Set<number | null>();
    for await (const example of stream) {
      ids.add(example.id);
      labels.add(example.label);
    }
    const headerless = task.name === 'cola' && split !== 'test';
    const rows = readFileSync(stream.report.file).filter((byte) => byte === 0x0a).length - (headerless ? 0 : 1);
    expect(rows).toBeGreaterThan(0);
    expect(stream.report).toMatchObject({ examples: rows, skipped: { count: 0 }, knownOddities: { count: 0 } });
    expect(ids.size).toBe(rows);
    if (split.startsWith('test')) expect([...labels]).toEqual([null]);
    else if (task.kind === 'classification') expect([...labels].sort()).toEqual(task.labels.map((_, index) => index));
    else expect(labels.size).toBeGreaterThan(2);
  });
});
