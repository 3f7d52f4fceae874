/** The final table on a small, hand-made summary: what stands where, and that nothing is averaged over fewer tasks than its neighbours. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import type { ArmSummary } from '../../src/experiment/summary.js';
import { readBaselines, type Baselines } from '../../src/report/baselines.js';
import { describeChoices } from '../../src/report/choices.js';
import { summaryRows } from '../../src/report/summary-rows.js';
import { renderSummaryTable } from '../../src/report/summary-table.js';
import { taskRegistry } from '../../src/tasks/index.js';

const GLUE = taskRegistry({ customTasks: {} });

const SINGLE: ArmSummary = {
  arm: 'single',
  n: 3,
  average: { median: 0.6, mean: 0.61, std: 0.0123 },
  mismatched: {},
  tasks: {
    wnli: { metric: 'accuracy', median: 0.5, mean: 0.5, std: 0.01 },
    rte: { metric: 'accuracy', median: 0.704, mean: 0.7, std: 0.0251 },
    cola: { metric: 'matthews', median: 0.496, mean: 0.52, std: 0.0149 },
  },
};
const STUDENT: ArmSummary = {
  arm: 'single-multi',
  n: 1,
  average: { median: 0.7, mean: 0.7, std: null },
  mismatched: {},
  tasks: { rte: { metric: 'accuracy', median: 0.828, mean: 0.828, std: null } },
};
const BASELINES: Baselines = {
  cola: { metric: 'matthews', majority: { matthews: 0, accuracy: 0.715 }, bagOfWords: { matthews: 0.1813, accuracy: 0.685 } },
  rte: { metric: 'accuracy', majority: { accuracy: 0.52 }, bagOfWords: { accuracy: 0.5687 } },
  wnli: { metric: 'accuracy', majority: { accuracy: 0.55 }, bagOfWords: { accuracy: 0.4 } },
};

/** Each line's cells, borders dropped. */
function cellsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('renderSummaryTable', () => {
  const table = renderSummaryTable([SINGLE, STUDENT], BASELINES, { average: 'bam', registry: GLUE });

  it('has a row per task in the order of GLUE, the main metric, baselines, then median ± std per arm, times 100', () => {
    expect(cellsOf(table)).toEqual([
      ['task', 'metric', 'majority', 'bag of words', 'single', 'single-multi'],
      ['', '', '', '', 'n = 3', 'n = 1'],
      ['CoLA', 'matthews', '0.0', '18.1', '49.6 ± 1.5', '-'],
      ['RTE', 'accuracy', '52.0', '56.9', '70.4 ± 2.5', '82.8'],
      ['WNLI *', 'accuracy', '55.0', '40.0', '50.0 ± 1.0', '-'],
      ['Average of 2', '', '26.0', '37.5', '60.0 ± 1.2', '-'],
    ]);
  });

  it('says what the numbers are and what is not averaged', () => {
    expect(table).toContain('Scores on dev, times 100; median ± standard deviation over n seeds.');
    expect(table).toContain('* not in the average.');
  });

  it('has no baseline columns without baselines, no spread with one seed, no average of WNLI alone', () => {
    const wnli: ArmSummary = {
      arm: 'multi',
      n: 1,
      average: null,
      mismatched: {},
      tasks: { wnli: { metric: 'accuracy', median: 0.5, mean: 0.5, std: null } },
    };
    const plain = renderSummaryTable([wnli], null, { average: 'bam', registry: GLUE });
    expect(cellsOf(plain)).toEqual([
      ['task', 'metric', 'multi'],
      ['', '', 'n = 1'],
      ['WNLI *', 'accuracy', '50.0'],
    ]);
    expect(plain).toContain('one seed each');
  });

  it('leaves the average of a baseline empty when it lacks one of the tasks', () => {
    const { rte, wnli } = BASELINES;
    if (rte === undefined || wnli === undefined) throw new Error('the fixture has both');
    const rows = summaryRows([SINGLE], { rte, wnli }, { average: 'bam', registry: GLUE });
    expect(rows.average?.baselines).toEqual({ majority: null, bagOfWords: null });
    expect(rows.tasks[0]?.baselines).toEqual({ majority: null, bagOfWords: null });
  });
});

describe('readBaselines', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bornagain-baselines-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reads the file of data/mini-glue for all nine tasks', () => {
    expect(Object.keys(readBaselines('data/mini-glue') ?? {}).sort()).toEqual([
      'cola',
      'mnli',
      'mrpc',
      'qnli',
      'qqp',
      'rte',
      'sst2',
      'stsb',
      'wnli',
    ]);
  });

  it('is null where there is no file, and an error where it is malformed', () => {
    expect(readBaselines(folder)).toBeNull();
    writeFileSync(join(folder, 'baselines.json'), '{ "rte": { "metric": "accuracy", "majority": { "accuracy": "high" } } }');
    expect(() => readBaselines(folder)).toThrow(/baselines\.json: rte\.majority\.accuracy: .*; rte\.bagOfWords: /);
    writeFileSync(join(folder, 'baselines.json'), '{');
    expect(() => readBaselines(folder)).toThrow(/baselines\.json: this is no JSON/);
  });
});

describe('describeChoices', () => {
  it('tells the reference apart from the paper', () => {
    const paper = describeChoices(resolveConfig({ preset: 'paper' })).join('\n');
    expect(paper).toContain('preset paper\n');
    expect(paper).toContain('loss: mean over the batch; task sampling: random, P ~ size^0.75');
    expect(paper).toContain('regression head: sigmoid; Adam bias correction: yes; teacher annealing: linear');
    const reference = describeChoices(resolveConfig({ preset: 'reference' })).join('\n');
    expect(reference).toContain('loss: sum over the batch; task sampling: copies and loss weights');
    expect(reference).toContain('regression head: linear; Adam bias correction: no');
  });

  it('names what was changed from the preset', () => {
    const set = ['seeds=[1,2]', 'distillation.annealing=constant'];
    const lines = describeChoices(resolveConfig({ preset: 'paper', set }));
    const twenty = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(lines[0]).toBe(`preset paper, changed: seeds ${JSON.stringify(twenty)} -> [1,2], distillation.annealing "linear" -> "constant"`);
    expect(lines.join('\n')).toContain('teacher annealing: none, lambda 0.5');
    expect(describeChoices(resolveConfig({}))[0]).toBe('no preset (defaults)');
  });
});
