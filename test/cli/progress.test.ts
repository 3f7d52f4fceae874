/** Both displays on one sequence of events: an experiment of two models, the second continued from a checkpoint. The clock is the test's. */
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { BarDisplay } from '../../src/cli/progress/bars.js';
import type { ProgressDisplay } from '../../src/cli/progress/display.js';
import { formatDuration } from '../../src/util/format.js';
import { LineDisplay } from '../../src/cli/progress/lines.js';
import { ProgressTracker } from '../../src/cli/progress/tracker.js';
import type { StepEvent } from '../../src/train/events.js';

const FIRST = { runId: 'single/rte/seed-1', arm: 'single', tasks: ['rte'], seed: 1 };
const SECOND = { runId: 'single-multi/all/seed-1', arm: 'single-multi', tasks: ['rte', 'cola'], seed: 1 };

let milliseconds: number;
let output: string;
let stream: PassThrough;
beforeEach(() => {
  milliseconds = 1000;
  output = '';
  stream = new PassThrough();
  stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
});

const step = (run: { runId: string }, number: number, lambda: number | null): StepEvent => ({
  kind: 'step',
  runId: run.runId,
  step: number,
  totalSteps: 1200,
  loss: 0.693147,
  lambda,
  learningRate: 1e-4,
  tokens: 512,
  tokensPerSecond: 12345.6,
});

function play(display: ProgressDisplay): void {
  display.handle({ kind: 'prepared', task: 'rte', split: 'train', size: 2490, tokens: 150000, seconds: 0.44 });
  display.handle({
    kind: 'experiment-plan',
    runs: [FIRST, SECOND].map((run) => ({ ...run, steps: 1200, tokens: 614_400, finished: false })),
  });
  display.handle({ kind: 'run-started', ...FIRST, totalSteps: 1200, startStep: 0 });
  milliseconds += 9000;
  display.handle(step(FIRST, 100, null));
  milliseconds += 3000;
  display.handle(step(FIRST, 300, null));
  const mainMetrics = { rte: 'accuracy', cola: 'matthews' } as const;
  const scored = { kind: 'evaluated', split: 'dev', mainMetrics } as const;
  display.handle({ ...scored, runId: FIRST.runId, tasks: { rte: { accuracy: 0.7042 } }, average: 0.7042 });
  display.handle({ kind: 'run-finished', runId: FIRST.runId, seconds: 75, model: 'm' });
  display.handle({ kind: 'notice', level: 'warning', message: '3 examples are truncated' });
  display.handle({ kind: 'run-started', ...SECOND, totalSteps: 1200, startStep: 600 });
  milliseconds += 20_000;
  display.handle(step(SECOND, 700, 0.5833));
  const tasks = { rte: { accuracy: 0.828 }, cola: { matthews: 0.5, accuracy: 0.8 } };
  display.handle({ ...scored, runId: SECOND.runId, tasks, average: 0.664 });
  display.handle({ kind: 'run-finished', runId: SECOND.runId, seconds: 8.25, model: 'm' });
}

describe('LineDisplay', () => {
  it('has a line per event and a step line every ten seconds, time left from the speed of this call', () => {
    play(new LineDisplay(stream, new ProgressTracker(() => milliseconds)));
    expect(output.split('\n')).toEqual([
      'prepared rte train: 2,490 examples, 150,000 tokens (0.4 s)',
      '2 models to train',
      'run 1/2 single/rte/seed-1: 1,200 steps',
      'single/rte/seed-1: step 300/1,200 | loss 0.6931 | 12,346 tokens/s | 36 s left',
      'single/rte/seed-1: dev rte accuracy 0.704',
      'single/rte/seed-1: finished in 1 min 15 s',
      'warning: 3 examples are truncated',
      'run 2/2 single-multi/all/seed-1: 1,200 steps, continued at step 600',
      'single-multi/all/seed-1: step 700/1,200 | loss 0.6931 | λ 0.58 | 12,346 tokens/s | 1 min 40 s left',
      'single-multi/all/seed-1: dev rte accuracy 0.828, cola matthews 0.500; average 0.664',
      'single-multi/all/seed-1: finished in 8.3 s',
      '',
    ]);
  });

  it('has a line every ten seconds while a split is tokenised', () => {
    const display = new LineDisplay(stream, new ProgressTracker(() => milliseconds));
    for (const [rows, fraction] of [
      [2048, 0.002],
      [300_000, 0.3],
      [310_000, 0.31],
      [600_000, 0.599],
    ] as const) {
      display.handle({ kind: 'preparing', task: 'mnli', split: 'train', rows, fraction });
      milliseconds += rows === 300_000 ? 1000 : 10_000;
    }
    expect(output).toBe('preparing mnli train: 300,000 examples, 30 %\npreparing mnli train: 600,000 examples, 59 %\n');
  });

  it('counts models finished by an earlier call', () => {
    const display = new LineDisplay(stream, new ProgressTracker(() => milliseconds));
    display.handle({
      kind: 'experiment-plan',
      runs: [
        { ...FIRST, steps: 1200, tokens: 614_400, finished: true },
        { ...SECOND, steps: 1200, tokens: 614_400, finished: false },
      ],
    });
    display.handle({ kind: 'run-started', ...SECOND, totalSteps: 10, startStep: 0 });
    expect(output).toBe('2 models, 1 of them finished by an earlier call\nrun 2/2 single-multi/all/seed-1: 10 steps\n');
  });
});

describe('BarDisplay', () => {
  /** As a terminal would keep it: what is written, without the escapes that move the cursor. */
  const visible = (): string => output.replace(/\u001B\[[?]?[0-9;]*[A-Za-z]/g, '');

  it('draws a bar for the experiment and one for the running model, and keeps every line above them', () => {
    const display = new BarDisplay(Object.assign(stream, { isTTY: true, columns: 200 }), new ProgressTracker(() => milliseconds));
    play(display);
    display.stop();
    expect(visible()).toContain('2 models to train');
    expect(visible()).toContain('1200 single-multi/all/seed-1 | loss 0.6931 | λ 0.58 | 12,346 tokens/s | 1 min 40 s left');
    expect(visible()).toMatch(/2\/2 models \| \d+s/);
    for (const line of ['dev rte accuracy 0.704', 'finished in 1 min 15 s', 'warning: 3 examples are truncated', 'average 0.664']) {
      expect(visible()).toContain(`${line}\n`);
    }
  });

  it('draws a bar for the split that is being tokenised, gone when it is ready', () => {
    const display = new BarDisplay(Object.assign(stream, { isTTY: true, columns: 200 }), new ProgressTracker());
    display.handle({ kind: 'preparing', task: 'mnli', split: 'train', rows: 300_000, fraction: 0.309 });
    display.handle({ kind: 'prepared', task: 'mnli', split: 'train', size: 1_000_000, tokens: 1, seconds: 60 });
    expect(visible()).toContain('30% preparing mnli train: 300,000 examples');
    expect(visible().endsWith('prepared mnli train: 1,000,000 examples, 1 token (1 min 00 s)\n')).toBe(true);
    expect(output.lastIndexOf('\u001B[?25h')).toBeGreaterThan(output.lastIndexOf('\u001B[?25l'));
    display.stop();
  });

  it('gives the cursor back, also when stopped twice, and writes plain lines afterwards', () => {
    const display = new BarDisplay(Object.assign(stream, { isTTY: true, columns: 200 }), new ProgressTracker());
    play(display);
    display.stop();
    display.stop();
    expect(output.lastIndexOf('\u001B[?25h')).toBeGreaterThan(output.lastIndexOf('\u001B[?25l'));
    output = '';
    display.say('after');
    expect(output).toBe('after\n');
  });

  it('cuts a bar at the width of a narrow terminal', () => {
    const display = new BarDisplay(Object.assign(stream, { isTTY: true, columns: 40 }), new ProgressTracker(() => milliseconds));
    display.handle({ kind: 'run-started', ...FIRST, totalSteps: 1200, startStep: 0 });
    display.handle(step(FIRST, 300, null));
    display.stop();
    const bars = visible()
      .split(/[\r\n]+/)
      .filter((row) => /[█░]/.test(row));
    expect(bars.length).toBeGreaterThan(0);
    for (const bar of bars) expect(bar).toHaveLength(40);
  });
});

describe('formatDuration', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3600 * 3 + 60 * 7 + 59, '3 h 07 min'],
  ])('%d', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
