/** What it cost. */
import { armCosts } from '../../analysis/cost.js';
import { countCell, noCell, numberCell, textCell, type Cell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { formatDuration } from '../../../util/format.js';
import type { Section } from '../section.js';

export function costSection(experiment: LoadedExperiment): Section {
  const costs = armCosts(experiment);
  const arms: DataTable = {
    id: 'cost',
    caption: 'Work and time of each arm’s training',
    columns: ['arm', 'models', 'steps', 'examples', 'tokens', 'time in compute', 'tokens/s'],
    rows: [...costs.arms, { arm: 'all', ...costs.all }].map(({ arm, models, steps, examples, tokens, seconds, tokensPerSecond }) => [
      textCell(arm),
      ...[models, steps, examples, tokens].map(countCell),
      seconds === 0 ? noCell : durationCell(seconds),
      countCell(tokensPerSecond),
    ]),
    notes: [
      'Tokens are real ones, without padding. Time is that of the optimizer steps, model after model; with models training side by side the clock showed less. A distilled arm’s teachers are counted under the arm that trained them, and so is a model that another arm or a grid’s trial had trained already. Tokens per second are of the models that kept their times.',
    ],
  };
  const calls: DataTable = {
    id: 'calls',
    caption: 'Calls that worked on this experiment',
    columns: ['began', 'ended', 'wall time', 'energy (Wh)'],
    rows: experiment.calls.map(({ began, end }) => [
      textCell(began.replace('T', ' ').slice(0, 19)),
      textCell(end?.outcome ?? 'killed, or still at work'),
      end === null ? noCell : durationCell(end.seconds),
      numberCell(end?.joules === null || end === null ? null : end.joules / 3600, 2),
    ]),
    notes: [
      'Times in UTC. Energy is that of the machine’s processors as its own counters have it, whatever else ran; most machines show them to the administrator only.',
    ],
  };
  return {
    id: 'cost',
    title: 'Cost',
    intro: [],
    blocks: [{ kind: 'table', table: arms }, ...(calls.rows.length === 0 ? [] : [{ kind: 'table', table: calls } as const])],
  };
}

function durationCell(seconds: number): Cell {
  return { text: formatDuration(seconds), value: seconds };
}
