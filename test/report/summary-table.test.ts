/** The final table on a small, hand-made summary: what stands where, and that nothing is averaged over fewer tasks than its neighbours. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import type { ArmTest } from '../../src/experiment/arm-tests.js';
import type { ArmSummary } from '../../src/experiment/summary.js';
import { baselinesOf, readBaselines, type Baselines } from '../../src/report/baselines.js';
import { describeChoices, describeGrid } from '../../src/report/choices.js';
import { summaryRows } from '../../src/report/summary-rows.js';
import { renderSummaryTable } from '../../src/report/summary-table.js';
import { taskRegistry } from '../../src/tasks/index.js';

const GLUE = taskRegistry({ customTasks: {} });

/** A summary's spread without what the table does not show. */
const spread = (median: number, std: number | null, mean = median) => ({ n: 3, median, mean, std, interval: null });

const OPTIONS = { average: 'bam', registry: GLUE, tests: [], failedRuns: 'keep' } as const;

const SINGLE: ArmSummary = {
  arm: 'single',
  n: 3,
  average: spread(0.6, 0.0123, 0.61),
  mismatched: {},
  failed: {},
  tasks: {
    wnli: { metric: 'accuracy', ...spread(0.5, 0.01, 0.5) },
    rte: { metric: 'accuracy', ...spread(0.704, 0.0251, 0.7) },
    cola: { metric: 'matthews', ...spread(0.496, 0.0149, 0.52) },
  },
};
const STUDENT: ArmSummary = {
  arm: 'single-multi',
  n: 1,
  average: spread(0.7, null, 0.7),
  mismatched: {},
  failed: {},
  tasks: { rte: { metric: 'accuracy', ...spread(0.828, null, 0.828) } },
};
const BASELINES: Baselines = {
  cola: { majority: { matthews: 0, accuracy: 0.715 }, bagOfWords: { matthews: 0.1813, accuracy: 0.685 } },
  rte: { majority: { accuracy: 0.52 }, bagOfWords: { accuracy: 0.5687 } },
  wnli: { majority: { accuracy: 0.55 }, bagOfWords: { accuracy: 0.4 } },
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
  const table = renderSummaryTable([SINGLE, STUDENT], BASELINES, OPTIONS);

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
      failed: {},
      tasks: { wnli: { metric: 'accuracy', ...spread(0.5, null, 0.5) } },
    };
    const plain = renderSummaryTable([wnli], null, OPTIONS);
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
    const rows = summaryRows([SINGLE], { rte, wnli }, OPTIONS);
    expect(rows.average?.baselines).toEqual({ majority: null, bagOfWords: null });
    expect(rows.tasks[0]?.baselines).toEqual({ majority: null, bagOfWords: null });
  });
});

describe('marks', () => {
  const test = (task: string, cliffsDelta: number, significant: boolean, note: string | null = null): ArmTest => ({
    ...{ a: 'single', b: 'multi', task, nA: 3, nB: 3, u: 0, p: 0.01, pHolm: 0.04, method: 'Mann-Whitney U, exact', cliffsDelta },
    ...{ significant, paired: null, note },
  });
  const multi: ArmSummary = { ...SINGLE, arm: 'multi', failed: { rte: 2 } };
  const rowsWith = (tests: readonly ArmTest[], failedRuns: 'keep' | 'drop' = 'keep'): { cells: string[][]; text: string } => {
    const text = renderSummaryTable([SINGLE, multi], null, { ...OPTIONS, tests, failedRuns });
    return { cells: cellsOf(text).map((cells) => cells.slice(2)), text };
  };

  it('stand where the adjusted p is below .05, say which way, and nothing elsewhere', () => {
    const { cells, text } = rowsWith([
      test('cola', -0.9, true),
      test('rte', 0.9, true),
      test('wnli', 0.4, false),
      test('average', -0.1, false),
    ]);
    expect(cells.slice(2)).toEqual([
      ['49.6 ± 1.5', '49.6 ± 1.5 ▲'],
      ['70.4 ± 2.5', '70.4 ± 2.5 ▼'],
      ['50.0 ± 1.0', '50.0 ± 1.0'],
      ['60.0 ± 1.2', '60.0 ± 1.2'],
    ]);
    expect(text).toContain('▲ ▼ higher or lower than single, adjusted p < .05 (Mann-Whitney U, Holm over 4 tests).');
    expect(text).not.toContain('too few');
  });

  it('say where there are too few seeds, and once where that is so of all', () => {
    const tooFew = 'too few seeds to tell';
    const some = rowsWith([test('cola', -0.9, true), test('rte', 1, false, tooFew)]);
    expect(some.cells[3]).toEqual(['70.4 ± 2.5', '70.4 ± 2.5 ?']);
    expect(some.text).toContain('? too few seeds to tell from single.');
    const all = rowsWith([test('cola', 1, false, tooFew), test('rte', 1, false, tooFew)]);
    expect(all.cells[3]).toEqual(['70.4 ± 2.5', '70.4 ± 2.5']);
    expect(all.text).toContain('Too few seeds to tell any arm from single (Mann-Whitney U, Holm over 2 tests).');
    expect(all.text).not.toContain('▲');
  });

  it('are none where there is no score', () => {
    const tests = [test('rte', -0.9, true), test('average', -0.9, true)].map((each) => ({ ...each, b: 'single-multi' }));
    const cells = cellsOf(renderSummaryTable([SINGLE, STUDENT], null, { ...OPTIONS, tests }));
    expect(cells.slice(2).map((row) => row[3])).toEqual(['-', '82.8 ▲', '-', '-']);
  });

  it('are none with one arm, and failed runs are counted', () => {
    expect(renderSummaryTable([SINGLE], null, OPTIONS)).not.toMatch(/▲|seeds to tell|Failed/);
    expect(rowsWith([]).text).toMatch(/Failed runs \(.*\), kept: RTE multi 2 of 3\.$/);
    expect(rowsWith([], 'drop').text).toMatch(/, left out: RTE multi 2 of 3\.$/);
  });
});

describe('baselinesOf', () => {
  const file: Baselines = { rte: { majority: { accuracy: 0.52 }, bagOfWords: { accuracy: 0.63 } } };

  it('has the bag of words of data with the file’s majority, and of no others', () => {
    expect(baselinesOf({ rte: { accuracy: 0.52003 } }, file)?.['rte']).toEqual({
      ...{ majority: { accuracy: 0.52003 }, bagOfWords: { accuracy: 0.63 } },
    });
    expect(baselinesOf({ rte: { accuracy: 0.6 } }, file)?.['rte']).toEqual({ majority: { accuracy: 0.6 }, bagOfWords: {} });
  });

  it('has the majority of a task that no file knows, and the file alone where none was counted', () => {
    expect(baselinesOf({ moods: { accuracy: 0.4 } }, null)).toEqual({ moods: { majority: { accuracy: 0.4 }, bagOfWords: {} } });
    expect(baselinesOf(undefined, file)).toBe(file);
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

it('says that scores of settings chosen on dev are optimistic, where some were tried', () => {
  const points = [0.1, 0.2].map((learningRate) => ({ learningRate, layerDecay: 1, score: learningRate }));
  const tried = { arm: 'single', task: 'rte', seeds: [1], points, chosen: { learningRate: 0.2, layerDecay: 1 } };
  expect(describeGrid([tried])).toEqual([
    'single, rte: rate 0.2, layer decay 1 chosen on dev from 2 settings (0.200, 1 seed each)',
    'Dev scores above are of settings chosen on dev, so they are optimistic',
  ]);
  expect(describeGrid([])).toEqual([]);
});
