/** The forecast of an experiment as text: a row for each arm, the totals of what is left to train, and what it rests on. */
import Table from 'cli-table3';
import type { Forecast, PlannedWork } from '../experiment/forecast.js';
import { describeRates } from '../experiment/parallel-runs.js';
import { formatCount, formatDuration, formatPlural } from '../util/format.js';

const ALL = 'all';
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function renderForecast({ runs, tokensPerSecond, parallelRuns, modelBytes, checkpointBytes }: Forecast): string {
  const table = new Table({
    head: ['arm', 'models', 'taught by, or started from', 'steps', 'tokens', 'TFLOP', 'time'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'right'],
  });
  for (const arm of new Set(runs.map(({ run }) => run.arm)))
    table.push(
      row(
        arm,
        runs.filter(({ run }) => run.arm === arm),
      ),
    );
  table.push(row(ALL, runs));
  const finished = runs.filter((run) => run.finished).length;
  if (finished === runs.length)
    return [table.toString(), `Nothing is left to train: finished ${formatCount(finished)} of ${formatPlural(runs.length, 'model')}.`].join(
      '\n',
    );
  const rates = Object.entries(tokensPerSecond).map(([kind, rate]) => `${kind} ${formatCount(rate)}`);
  return [
    table.toString(),
    ...(finished === 0 ? [] : [describeFinished(finished, runs.length)]),
    `Time is training alone, one model at a time, at the rates measured just now (tokens/s: ${rates.join(', ')})` +
      `${describeParallel(parallelRuns)}.`,
    `Disk: ${bytesText(modelBytes)} of models, and up to ${bytesText(checkpointBytes)} of checkpoints while it runs.`,
    ...describeReplaced(runs),
  ].join('\n');
}

function describeFinished(finished: number, all: number): string {
  return (
    `Finished: ${formatCount(finished)} of ${formatPlural(all, 'model')} are there already, in the output folder or the shared one, and are not trained again. Steps, tokens, TFLOP, time ` +
    'and disk are of the others; one that was begun counts as a whole.'
  );
}

/** What becomes of finished models. */
function describeReplaced(runs: readonly PlannedWork[]): string[] {
  const sentence = (wanted: PlannedWork['replaces'], start: string, reason: string): string[] => {
    const { length } = runs.filter(({ replaces }) => replaces === wanted);
    return length === 0 ? [] : [`${start}: ${formatPlural(length, 'finished model')}, trained anew ${reason}.`];
  };
  return [
    ...sentence('yes', 'Replaced', 'because what they depend on has changed'),
    ...sentence('perhaps', 'Perhaps replaced', 'if the models they need come out otherwise than before'),
  ];
}

function row(name: string, runs: readonly PlannedWork[]): string[] {
  const sum = (value: (work: PlannedWork) => number): number => runs.reduce((total, work) => total + value(work), 0);
  const needs = name === ALL ? [] : [...new Set(runs.flatMap(({ needs: ids }) => ids.map(armOf)))];
  const work = [sum(({ steps }) => steps), sum(({ tokens }) => tokens)].map(formatCount);
  const teraflops = (sum(({ flops }) => flops) / 1e12).toPrecision(3);
  return [name, formatCount(runs.length), needs.join(', '), ...work, teraflops, formatDuration(sum(({ seconds }) => seconds))];
}

/** Of a run's id, `<arm>/<task>/seed-<n>`. */
function armOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1000)));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${UNITS[power]}`;
}

function describeParallel({ chosen, measured }: Forecast['parallelRuns']): string {
  const atOnce = chosen === 1 ? 'one model trains at a time' : `${chosen} models train at once`;
  if (measured.length > 0) return `; ${atOnce} (tokens/s by models at once: ${describeRates(measured)})`;
  return chosen > 1 ? `; ${atOnce}, which the rates do not know of` : '';
}
