/** Event files against the bytes of TensorBoard's own writer (test/fixtures/tensorboard). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEventKey, scalarsEvent, sessionStartEvent, textEvent, versionEvent } from '../../../src/train/tensorboard/event.js';
import { frameRecord, maskedCrc, readRecords } from '../../../src/train/tensorboard/records.js';
import { evaluationScalars, stepScalars } from '../../../src/train/tensorboard/scalars.js';

interface Fixture {
  readonly scalars: Readonly<Record<string, number>>;
  readonly markdown: string;
  readonly records: Readonly<Record<string, { wallTime: number; step: number; bytes: string }>>;
  readonly crcs: readonly { bytes: string; masked: number }[];
}

const fixture = JSON.parse(readFileSync(new URL('../../fixtures/tensorboard/tensorboard.json', import.meta.url), 'utf8')) as Fixture;

const record = (name: string): { wallTime: number; step: number; bytes: string } => {
  const found = fixture.records[name];
  if (found === undefined) throw new Error(`the fixture has no record ${name}`);
  return found;
};
const bytesOf = (name: string): Buffer => Buffer.from(record(name).bytes, 'hex');

describe('an event record', () => {
  it.each(fixture.crcs)('has the masked CRC-32C of $bytes', ({ bytes, masked }) => {
    expect(maskedCrc(Buffer.from(bytes, 'hex'))).toBe(masked);
  });

  it.each([
    ['version', () => versionEvent(record('version').wallTime)],
    ['start', () => sessionStartEvent(record('start'))],
    ['scalars', () => scalarsEvent(record('scalars'), fixture.scalars)],
    ['text', () => textEvent(record('text'), 'configuration/text_summary', fixture.markdown)],
  ])("of kind %s has the bytes of TensorBoard's writer", (name, make) => {
    expect(frameRecord(make()).toString('hex')).toBe(record(name).bytes);
  });

  it('is read back with its step and tags', () => {
    const file = Buffer.concat(['version', 'scalars', 'text'].map(bytesOf));
    expect([...readRecords(file)].map(readEventKey)).toEqual([
      { step: 0, tags: [] },
      { step: 3_000_000_000, tags: Object.keys(fixture.scalars) },
      { step: 0, tags: ['configuration/text_summary'] },
    ]);
  });

  it('ends the file where it is cut, at any byte', () => {
    const [first, second] = [bytesOf('version'), bytesOf('scalars')];
    for (let length = 0; length < second.length; length += 1) {
      expect([...readRecords(Buffer.concat([first, second.subarray(0, length)]))]).toHaveLength(1);
    }
  });

  it('ends the file where a bit has flipped, in length, data or sums', () => {
    const [first, second] = [bytesOf('version'), bytesOf('scalars')];
    for (let index = 0; index < second.length; index += 1) {
      const damaged = Buffer.from(second);
      damaged[index] = (damaged[index] as number) ^ 4;
      expect([...readRecords(Buffer.concat([first, damaged, first]))]).toHaveLength(1);
    }
  });
});

describe("TensorBoard's names", () => {
  it("has a step's numbers, λ only of a distilled model, tasks only where the batch has them", () => {
    const tasks = { rte: { count: 3, loss: 0.4 }, mnli: { count: 5, loss: 0.6 } };
    const entry = { step: 7, loss: 0.5, lambda: 0.25, learningRate: 1e-3, gradientNorm: 2, tokens: 90, tasks };
    const timing = { seconds: 0.1, tokensPerSecond: 900 };
    const common = { 'train/loss': 0.5, 'train/learning_rate': 1e-3, 'train/gradient_norm': 2 };
    const expected = { ...common, 'train/tokens': 90, 'train/tokens_per_second': 900, 'task_loss/rte': 0.4, 'task_examples/rte': 3 };
    expect(stepScalars(entry, timing)).toEqual({ ...expected, 'train/lambda': 0.25, 'task_loss/mnli': 0.6, 'task_examples/mnli': 5 });
    expect(stepScalars({ ...entry, lambda: null, tasks: { rte: tasks.rte } }, timing)).toEqual(expected);
  });

  it('has every score of an evaluation', () => {
    const tasks = { rte: { accuracy: 0.5 }, stsb: { pearson: 0.6, spearman: 0.7 } };
    const scores = { 'dev/rte_accuracy': 0.5, 'dev/stsb_pearson': 0.6, 'dev/stsb_spearman': 0.7 };
    expect(evaluationScalars({ step: 1, split: 'dev', tasks, average: 0.6 })).toEqual({ ...scores, 'dev/average': 0.6 });
    expect(evaluationScalars({ step: 1, split: 'dev', tasks, average: null })).toEqual(scores);
  });
});
