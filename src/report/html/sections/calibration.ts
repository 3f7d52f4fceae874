/** Are models right as often as they are sure? */
import { armCalibrations, CALIBRATION_BINS, type ArmCalibration } from '../../analysis/calibration.js';
import { LINES_HEIGHT, linesOption } from '../../charts/lines.js';
import { countCell, numberCell, percentCell, textCell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { legendOf } from '../legend.js';
import type { Figure, Section } from '../section.js';

export function calibrationSection(experiment: LoadedExperiment): Section | null {
  const list = armCalibrations(experiment);
  if (list.length === 0) return null;
  const [table, bins] = [errorTable(experiment, list), binTable(experiment, list)];
  const figures = [...new Set(list.map(({ task }) => task))].map((task) => figureOf(experiment, task, list));
  return {
    id: 'calibration',
    title: 'Calibration',
    intro: [
      'Confidence is the probability of the answer given. On the dotted line a model is right as often as it is sure; below it, it is too sure.',
    ],
    blocks: [
      { kind: 'table', table },
      {
        kind: 'figures',
        id: 'calibration-figures',
        caption: 'Accuracy against confidence, in percent',
        figures,
        legend: legendOf(experiment),
        table: bins,
      },
    ],
  };
}

function figureOf({ registry }: LoadedExperiment, task: string, list: readonly ArmCalibration[]): Figure {
  const { title, labels } = registry.byName(task);
  const own = list.filter((each) => each.task === task);
  const lowest = 1 / labels.length;
  const lines = own.map(({ arm, series, bins }) => ({
    name: arm,
    series,
    points: bins.map(({ confidence, accuracy }) => [confidence, accuracy] as const),
  }));
  const format = (value: number): string => (100 * value).toFixed(0);
  return {
    id: `calibration-${task}`,
    title: title,
    description: `${title}, accuracy against confidence. Calibration errors: ${own.map(({ arm, error }) => `${arm} ${(100 * error).toFixed(1)}`).join(', ')}`,
    option: linesOption(lines, {
      x: 'confidence',
      y: 'accuracy',
      xRange: [Math.floor(4 * lowest) / 4, 1],
      yRange: [0, 1],
      xFormat: format,
      yFormat: format,
      diagonal: true,
      symbols: true,
    }),
    height: LINES_HEIGHT,
  };
}

function errorTable({ registry }: LoadedExperiment, list: readonly ArmCalibration[]): DataTable {
  return {
    id: 'calibration',
    caption: 'Calibration on dev',
    columns: ['task', 'arm', 'seeds', 'calibration error', 'Brier score'],
    rows: list.map(({ task, arm, seeds, error, brier }) => [
      textCell(registry.byName(task).title),
      textCell(arm),
      countCell(seeds),
      percentCell(error, 2),
      numberCell(brier, 4),
    ]),
    notes: [
      `Expected calibration error (Guo et al. 2017) with ${CALIBRATION_BINS} equal bins, in points; multi-class Brier score, 0 to 2. Medians over the seeds; less is better.`,
    ],
    filters: [0, 1],
  };
}

function binTable({ registry }: LoadedExperiment, list: readonly ArmCalibration[]): DataTable {
  return {
    id: 'calibration-bins',
    caption: 'The bins of the reliability diagrams',
    columns: ['task', 'arm', 'answers', 'confidence', 'accuracy'],
    rows: list.flatMap(({ task, arm, bins: own }) =>
      own.map(({ count, confidence, accuracy }) => [
        textCell(registry.byName(task).title),
        textCell(arm),
        countCell(count),
        percentCell(confidence),
        percentCell(accuracy),
      ]),
    ),
    notes: ['Answers of all seeds together.'],
    filters: [0, 1],
  };
}
