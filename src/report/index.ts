/** What a finished experiment prints: the table, and the choices it was made with. */
import type { ExperimentResults } from '../experiment/results.js';
import { taskRegistry } from '../tasks/index.js';
import { baselinesOf, type Baselines } from './baselines.js';
import { describeChoices, describeGrid } from './choices.js';
import { renderSummaryTable } from './summary-table.js';

export function renderReport(results: ExperimentResults, baselines: Baselines | null): string {
  const { config, summary, tests } = results;
  const table = renderSummaryTable(summary, baselinesOf(results.majority, baselines), {
    ...config.report,
    registry: taskRegistry(config),
    tests,
  });
  return [table, ...describeChoices(config), ...describeGrid(results.grid ?? [])].join('\n');
}

export { readBaselines } from './baselines.js';
export type { Baselines } from './baselines.js';
export { renderForecast } from './forecast-table.js';
export { renderSummaryTable } from './summary-table.js';
