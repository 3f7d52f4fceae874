import { describe, expect, it } from 'vitest';
import type { Cell, SideReport } from '../../bench/lib/cell.js';
import { renderPlot } from '../../bench/lib/figure-file.js';
import { cellPlans } from '../../bench/lib/plans.js';
import { cellTable, figureTable, gpuFigures, means, meanTable, renderMarkdown, renderText } from '../../bench/lib/table.js';

const side: SideReport = {
  tokensPerSecond: 1000,
  p50: 10,
  p95: 12,
  peakMemory: 3e8,
  firstStep: 0.5,
  ofPeak: 0.3,
  executed: 0.8,
  useful: 0.9,
};

function cell(model: Cell['model'], ratio: number, opponent = 'eager-bf16-dynamic'): Cell {
  const place = { model, lengths: 'mnli', batch: 32, precision: 'bf16', variant: 'default', opponent } as const;
  return { ...place, ratio, low: ratio, high: ratio, pairs: 7, fill: 0.4, ours: side, theirs: side, gemm: { atModel: 1, best: 1 } };
}

describe('the table', () => {
  it('shows every cell and says which lose', () => {
    const lines = renderText(cellTable([cell('tiny', 2), cell('mini', 0.97)])).split('\n');
    expect(lines.filter((line) => line.includes('eager-bf16-dynamic'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('LOSES')).join()).toContain('mini');
  });

  it('has geometric means over the models, opponent by opponent', () => {
    const found = means([cell('tiny', 8), cell('mini', 2), cell('base', 4), cell('tiny', 3, 'sdpa-bf16-dynamic')]);
    expect(found.map(({ opponent, ratio, models }) => [opponent, Number(ratio.toFixed(9)), models.length])).toEqual([
      ['eager-bf16-dynamic', 4, 3],
      ['sdpa-bf16-dynamic', 3, 1],
    ]);
  });

  it('leaves a place empty where there is nothing to compare with', () => {
    const figure = { subject: 'overhead', what: 'x', unit: '%', ours: 0.25, theirs: null, ratio: null, low: null, high: null };
    expect(figureTable([figure]).rows).toEqual([['overhead', 'x', '%', '0.250', '', '', '']]);
  });

  it('has the real work of a cell beside the opponent that was nearest to it', () => {
    const gemm = { atModel: 2e14, best: 6e14 };
    const cells = [cell('base', 4), cell('base', 3, 'varlen-bf16-loop'), cell('large', 2)].map((one) => ({ ...one, gemm }));
    const found = gpuFigures(cells).map(({ what, ours, ratio }) => [what, Number(ours.toFixed(6)), ratio]);
    expect(found).toEqual([
      ['base mnli 32 bf16 against the best, varlen-bf16-loop', 180, 3],
      ['large mnli 32 bf16 against the best, eager-bf16-dynamic', 180, 2],
    ]);
  });

  it('is Markdown as well', () => {
    const mean = { variant: 'default', opponent: 'o', lengths: 'mnli', batch: 32, models: ['tiny', 'mini'], ratio: 2.5 };
    expect(renderMarkdown(meanTable([mean]))).toBe(
      '| geometric mean over | ours | opponent | × |\n| --- | --- | --- | --- |\n| tiny, mini · mnli 32 | default | o | 2.50 |\n',
    );
  });
});

describe('the plans', () => {
  it('of the whole grid hold 3 models × 3 lengths × 3 batches × 2 precisions, each once, in at least seven pairs', () => {
    const plans = cellPlans('cpu', 'full', 'bf16');
    const places = plans.map(({ model, lengths, batch, precision }) => [model, lengths, batch, precision].join(' '));
    expect(new Set(places).size).toBe(54);
    expect(places).toHaveLength(54);
    expect(Math.min(...plans.map(({ pairs }) => pairs))).toBe(7);
  });

  it('of a GPU hold every model against every opponent of it', () => {
    const plans = cellPlans('cuda', 'full', 'fp32');
    expect(plans.map(({ model, batch }) => `${model} ${batch}`)).toEqual(
      ['tiny', 'mini', 'base', 'large'].flatMap((model) => [`${model} 32`, `${model} 128`]),
    );
    for (const { opponents } of plans) expect(opponents).toHaveLength(5);
  });

  it('of the bars hold every opponent for every model, and the paths without own products', () => {
    const plans = cellPlans('cpu', 'bars', 'bf16');
    expect(plans).toHaveLength(6);
    for (const plan of plans) expect(plan.opponents).toHaveLength(5);
    expect(plans.filter(({ variants }) => variants.includes('libtorch-products'))).toHaveLength(3);
    expect(plans.filter(({ variants }) => variants.includes('bf16')).map(({ precision }) => precision)).toEqual(['fp32', 'fp32', 'fp32']);
  });

  it.each(['full', 'bars', 'quick'] as const)('of a CPU without fast bf16 (%s) hold fp32 alone, the nearest opponent first', (mode) => {
    const plans = cellPlans('cpu', mode, 'fp32');
    expect(new Set(plans.map(({ model }) => model))).toEqual(new Set(['tiny', 'mini', 'base']));
    for (const { precision, opponents, variants } of plans) {
      expect(precision).toBe('fp32');
      expect(opponents[0]).toBe('eager-fp32-dynamic');
      expect(variants).not.toContain('bf16');
    }
  });
});

describe('a plot', () => {
  it('is an SVG with its title and a line for each series', () => {
    const points = [
      [1, 2],
      [2, 3],
    ] as const;
    const series = [
      { name: 'one', points },
      { name: 'other', points },
    ];
    const svg = renderPlot({ title: 'Growth', x: 'tasks', y: 'tokens/s', scale: 'linear', series });
    expect(svg).toMatch(/^<svg/);
    for (const word of ['Growth', 'tasks', 'tokens/s', 'one', 'other']) expect(svg).toContain(word);
  });
});
