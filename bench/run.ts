/**
 * The bench: `npm run bench [-- options]`, which sets up both sides and starts this with the peers' Python.
 *
 *   (none)     the whole grid and everything else
 *   --bars     MNLI's lengths at a batch of 32 for all models and opponents, and everything else
 *   --quick    a look at tiny and mini, under three minutes
 *   --growth   how far it grows: plots into docs/figures, points into bench/results/growth.json (with --only into partial.json)
 *   --only a,b these subjects alone: steps, evaluation, memory, start, overhead, tokenising, quickstart; with --growth its studies
 *   --models a,b; --batches 8,32 and --precisions bf16 (of the cells; the opponents' precision); --threads N (of each side; the cores by default)
 *   --device cuda  steps on the first GPU against the opponents of bench/opponents/cuda
 *
 * Nothing else may run on the machine meanwhile. Progress goes to stderr, the tables to stdout, the results to bench/results/latest.json
 * and latest.md, with --device cuda to cuda.json and cuda.md, with one of the options that choose to partial.json and partial.md.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BornAgainError } from '../src/util/errors.js';
import { Bench } from './lib/bench.js';
import type { Cell, CellPlan } from './lib/cell.js';
import { MODELS, type ModelName } from './lib/models.js';
import { absentOpponents, requireCuda } from './lib/require-cuda.js';
import { BATCH_SIZES, cellPlans, measuredModels, REPEATS, type Mode } from './lib/plans.js';
import { commit, describeMachine, load, writeResults, type Machine, type Results } from './lib/results.js';
import type { Device, Precision } from './lib/sides.js';
import {
  cellTable,
  figureTable,
  gpuFigures,
  means,
  meanTable,
  renderMarkdown,
  renderText,
  type Figure,
  type TextTable,
} from './lib/table.js';
import { evaluation } from './subjects/evaluation.js';
import { gate, type GateResult } from './subjects/gate.js';
import { growth, STUDY_NAMES } from './subjects/growth.js';
import { overhead } from './subjects/overhead.js';
import { memory, start } from './subjects/processes.js';
import { quickstart } from './subjects/quickstart.js';
import { measureCell } from './subjects/steps.js';
import { tokenising } from './subjects/tokenising.js';

const DEVICES = ['cpu', 'cuda'] as const;
const PRECISIONS = ['bf16', 'fp32'] as const;
const SUBJECTS = ['steps', 'evaluation', 'memory', 'start', 'overhead', 'tokenising', 'quickstart'] as const;
/** In a look there is no room for the quickstart, nor for more. */
const QUICK_SUBJECTS: readonly (typeof SUBJECTS)[number][] = ['steps', 'start', 'tokenising'];
const RESULTS = fileURLToPath(new URL('results/', import.meta.url));
const GROWTH = fileURLToPath(new URL('results/growth.json', import.meta.url));
const modelNames = Object.keys(MODELS) as ModelName[];
const FIGURES = fileURLToPath(new URL('../docs/figures/', import.meta.url));

/** The load above which a run says that it is not alone, and how long it waits for less: the load's mean goes back over a minute. */
const QUIET = 0.5;
const PATIENCE_MS = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    bars: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    only: { type: 'string' },
    models: { type: 'string' },
    batches: { type: 'string' },
    precisions: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});

/** The names of a list that may be chosen from; anything else ends the program. */
function chosen<Name extends string>(list: string | undefined, names: readonly Name[]): readonly Name[] {
  if (list === undefined) return names;
  const asked = list.split(',');
  const unknown = asked.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0) throw new BornAgainError('ERR_USAGE', `${unknown.join(', ')}: not among ${names.join(', ')}`);
  return names.filter((name) => asked.includes(name));
}

/** What the options ask for. */
interface Choice {
  readonly device: Device;
  readonly mode: Mode;
  readonly subjects: readonly (typeof SUBJECTS)[number][];
  readonly models: readonly ModelName[];
  readonly batches: readonly number[];
  readonly precisions: readonly Precision[];
  readonly studies: readonly (typeof STUDY_NAMES)[number][];
}

function choice(): Choice {
  const device: Device = chosen(values.device, DEVICES)[0] ?? 'cpu';
  const mode = values.quick ? 'quick' : values.bars ? 'bars' : 'full';
  return {
    device,
    mode,
    subjects: values.growth ? [] : subjectsOf(device, mode),
    models: values.models === undefined ? measuredModels(device, mode) : chosen(values.models, modelNames),
    batches: chosen(values.batches, BATCH_SIZES.map(String)).map(Number),
    precisions: chosen(values.precisions, PRECISIONS),
    studies: values.growth ? chosen(values.only, STUDY_NAMES) : [],
  };
}

async function main(python: string): Promise<void> {
  const asked = choice();
  const { device } = asked;
  const gpu = device === 'cuda' ? await requireCuda(python) : null;
  const bench = await Bench.create(python, Number(values.threads));
  try {
    if (!values.quick) await quiet(bench);
    const machine = await describeMachine(python, bench.threads, gpu);
    bench.say(
      `${gpu === null ? '' : `${gpu}, `}${machine.cpu}, ${machine.cores} cores, ${bench.threads} threads a side, LibTorch ${machine.libtorch}; ${machine.peer}`,
    );
    if (device === 'cpu' && bench.precision === 'fp32') bench.say('This CPU only emulates bf16: both sides are measured in fp32 alone.');
    if (machine.load > QUIET)
      bench.say(`The load of this machine is ${machine.load.toFixed(1)}: something else runs, and these figures will not be good.`);
    await (values.growth ? runGrowth(bench, asked, machine) : runBench(bench, asked, machine));
  } finally {
    await bench.close();
  }
}

async function quiet(bench: Bench): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  if (load() > QUIET)
    bench.say(`The load of this machine is ${load().toFixed(1)}; waiting until it is below ${QUIET}, two minutes at most`);
  while (load() > QUIET && Date.now() < end) await setTimeout(2000);
}

async function runGrowth(bench: Bench, { studies: names }: Choice, machine: Machine): Promise<void> {
  const measured = commit();
  const studies = await growth(bench, names, FIGURES);
  for (const { name, finding } of studies) console.log(`${name}: ${finding}`);
  await writeResults(values.only === undefined ? GROWTH : `${RESULTS}partial.json`, {
    machine,
    date: new Date().toISOString(),
    commit: measured,
    studies,
  });
}

function isAsked({ model, batch, precision }: CellPlan, { models, batches, precisions }: Choice): boolean {
  return models.includes(model) && batches.includes(batch) && precisions.includes(precision);
}

async function runBench(bench: Bench, asked: Choice, machine: Machine): Promise<void> {
  const { device, mode, subjects, models } = asked;
  const absent = device === 'cuda' ? await absentOpponents(bench.python) : {};
  for (const [name, why] of Object.entries(absent)) bench.say(`${name} is left out: ${why}`);
  const plans = subjects.includes('steps') ? cellPlans(device, mode, bench.precision, absent).filter((plan) => isAsked(plan, asked)) : [];
  const checked: GateResult[] = [];
  for (const model of models) {
    const result = await gate(bench, device, model, absent);
    checked.push(result);
    bench.say(`${model}: ${result.steps} fp32 steps, losses differ by at most ${result.loss.toExponential(1)}`);
  }
  const cells: Cell[] = [];
  const figures: Figure[] = [];
  const measured = commit();
  // A part of a run does not take the place of a whole one that is published.
  const partial = [values.only, values.models, values.batches, values.precisions].some((part) => part !== undefined);
  const file = `${RESULTS}${partial ? 'partial' : device === 'cuda' ? 'cuda' : 'latest'}`;
  const tables = (): TextTable[] => [cellTable(cells), meanTable(means(cells)), figureTable(figures)].filter(({ rows }) => rows.length > 0);
  // After every part, so that a run that is stopped leaves what it has.
  const store = async (): Promise<void> => {
    const results: Results = {
      machine,
      date: new Date().toISOString(),
      commit: measured,
      mode,
      gate: checked,
      cells,
      means: means(cells),
      figures,
    };
    await writeResults(`${file}.json`, results);
    await writeFile(`${file}.md`, tables().map(renderMarkdown).join('\n'));
  };
  for (const [index, plan] of plans.entries()) {
    const { model, lengths, batch, precision } = plan;
    bench.say(`cell ${index + 1} of ${plans.length}: ${model} ${lengths} ${batch} ${precision}`);
    cells.push(...(await measureCell(bench, plan)));
    await store();
  }
  if (device === 'cuda') {
    figures.push(...gpuFigures(cells));
    await store();
  }
  for (const subject of subjects) {
    if (subject === 'steps') continue;
    bench.say(subject);
    figures.push(...(await others(bench, models, mode)[subject]()));
    await store();
  }
  console.log(tables().map(renderText).join('\n'));
  bench.say(`stored in ${file}.json and ${file}.md`);
}

/** On CUDA steps alone: the others are of the CPU. */
function subjectsOf(device: Device, mode: Mode): readonly (typeof SUBJECTS)[number][] {
  if (device === 'cuda') return chosen(values.only, ['steps']);
  if (values.only === undefined && mode === 'quick') return QUICK_SUBJECTS;
  return chosen(values.only, SUBJECTS);
}

type Other = Exclude<(typeof SUBJECTS)[number], 'steps'>;

function others(bench: Bench, models: readonly ModelName[], mode: Mode): Record<Other, () => Promise<Figure[]>> {
  const repeats = REPEATS[mode];
  return {
    evaluation: () => evaluation(bench, models, repeats.evaluation),
    memory: () => memory(bench, models, repeats.memory),
    start: () => start(bench, repeats.start),
    overhead: () => overhead(bench, repeats.overhead),
    tokenising: () => tokenising(bench, repeats.tokenising),
    quickstart: () => quickstart(bench, repeats.quickstart),
  };
}

try {
  await main(positionals[0] ?? 'python3');
} catch (error) {
  if (!(error instanceof BornAgainError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
