/** Everything needed to repeat the experiment. */
import { flattenConfig } from '../../../config/load.js';
import { settingTitle } from '../../../experiment/settings.js';
import { textCell, type DataTable } from '../../data-table.js';
import { describeChoices } from '../../choices.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { html, type Markup } from '../markup.js';
import type { Block, Section } from '../section.js';

export function repeatSection(experiment: LoadedExperiment): Section {
  const { config } = experiment;
  return {
    id: 'repeat',
    title: 'To repeat it',
    intro: [...describeChoices(config), `seeds: ${config.seeds.join(', ')}`],
    blocks: [
      ...commands(experiment),
      ...[machineTable(experiment), departureTable(experiment), hashTable(experiment), modelTable(experiment), configTable(experiment)]
        .filter(({ rows }) => rows.length > 0)
        .map((table): Block => ({ kind: 'table', table, folded: table.rows.length > 12 })),
    ],
  };
}

function commands({ calls }: LoadedExperiment): Block[] {
  const distinct = [...new Set(calls.map(({ command }) => command).filter((command) => command !== null))];
  if (distinct.length === 0) return [];
  const markup: Markup = html`<p>Called with${distinct.length === 1 ? '' : ', in this order'}:</p>
    ${distinct.map((command) => html`<pre tabindex="0"><code>${command}</code></pre>`)}`;
  return [{ kind: 'markup', markup }];
}

function pairs(id: string, caption: string, columns: [string, string], entries: readonly (readonly [string, unknown])[]): DataTable {
  const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return { id, caption, columns, rows: entries.map(([name, value]) => [textCell(name), textCell(show(value))]), notes: [] };
}

/** Of each version and machine that took part. */
function machineTable({ calls }: LoadedExperiment): DataTable {
  const seen = new Map<string, Set<string>>();
  for (const { versions, machine } of calls) {
    for (const [name, value] of Object.entries({ ...versions, ...machine }))
      seen.set(name, (seen.get(name) ?? new Set()).add(String(value)));
  }
  return pairs(
    'versions',
    'Versions and machine',
    ['what', 'which'],
    [...seen].map(([name, values]) => [name, [...values].join('; ')] as const),
  );
}

function departureTable({ results, config }: LoadedExperiment): DataTable {
  return {
    id: 'departures',
    caption: `Settings that are not those of ${config.preset === 'custom' ? 'the defaults' : `the preset ${config.preset}`}`,
    columns: ['key', 'there', 'here'],
    rows: Object.entries(results.departures).map(([key, { preset, value }]) =>
      [key, JSON.stringify(preset), JSON.stringify(value)].map(textCell),
    ),
    notes: [],
  };
}

function hashTable({ inputs }: LoadedExperiment): DataTable {
  const entries = Object.entries(inputs ?? {}).map(([name, hash]) => [settingTitle(name), hash] as const);
  return pairs('inputs', 'Hashes of what went in (SHA-256)', ['input', 'hash'], entries);
}

function modelTable({ runs }: LoadedExperiment): DataTable {
  const entries = runs.map(({ run, record }) => [run.id, record.modelHash] as const);
  return pairs('models', 'Hashes of the models that came out (SHA-256)', ['run', 'hash'], entries);
}

function configTable({ config }: LoadedExperiment): DataTable {
  return pairs('config', 'The whole configuration', ['key', 'value'], Object.entries(flattenConfig(config)));
}
