/**
 * Which models an experiment trains, in which order, and who teaches whom. Pure: configuration in, list of runs out. What a reader would
 * get wrong: an arm has one set of teachers for all its seeds, by default the models of the first seed. That is what the reference code
 * does (outputs of trial 1 only, docs/paper.md section 3.4), so the spread over seeds is the student's alone.
 */
import type { Arm, Config } from '../config/schema.js';
import { configOf, INTERMEDIATE_ARM, isArm, variantOf } from '../config/variants.js';
import { BornAgainError } from '../util/errors.js';
import { planGrid, shapeOf, type Grid } from './grid.js';

/** `single`: one model for each task. `multi`: one model for all of them. */
export type RunKind = 'single' | 'multi';

export interface PlannedRun {
  /** Folder below `OUT/runs`, with `/`: `single/rte/seed-1`, `multi/all/seed-1`. */
  readonly id: string;
  /** As results name it: an arm, or a variant. */
  readonly arm: string;
  readonly kind: RunKind;
  readonly tasks: readonly string[];
  readonly seed: number;
  /** The experiment's, with the variant's own settings. */
  readonly config: Config;
  /** By task, the ids of the runs whose models may teach it (`chooseTeachers`); empty for a model without teachers. */
  readonly teachers: Readonly<Record<string, readonly string[]>>;
  /** Id of the run whose model this one starts from; null for the pre-trained encoder and new heads. */
  readonly initial: string | null;
  /** The settings of which the best on dev is to be taken; null where `config` says all. */
  readonly grid: Grid | null;
}

interface ArmDefinition {
  readonly kind: RunKind;
  /** The arm whose models teach it. */
  readonly teachers: string | null;
  /** The arm whose model of the same seed it starts from. */
  readonly initial: Arm | null;
}

/** How an arm is trained. A new arm is a line here (and its name in the configuration's schema). */
const DEFINITIONS: Readonly<Record<Arm | typeof INTERMEDIATE_ARM, ArmDefinition>> = {
  single: { kind: 'single', teachers: null, initial: null },
  multi: { kind: 'multi', teachers: null, initial: null },
  'single-single': { kind: 'single', teachers: 'single', initial: null },
  'multi-multi': { kind: 'multi', teachers: 'multi', initial: null },
  'single-multi': { kind: 'multi', teachers: 'single', initial: null },
  [INTERMEDIATE_ARM]: { kind: 'single', teachers: 'single-multi', initial: null },
  'single-multi-single-multi': { kind: 'multi', teachers: INTERMEDIATE_ARM, initial: null },
  'multi-finetuned': { kind: 'single', teachers: null, initial: 'multi' },
  'single-multi-finetuned': { kind: 'single', teachers: null, initial: 'single-multi' },
};

function definitionOf(config: Config, name: string): ArmDefinition {
  if (name === INTERMEDIATE_ARM) return DEFINITIONS[INTERMEDIATE_ARM];
  if (isArm(name)) return DEFINITIONS[name];
  const variant = variantOf(config, name);
  if (variant === null) throw new RangeError(`${name} is an arm without a definition`);
  const own = DEFINITIONS[variant.arm];
  return { ...own, teachers: variant.teachers ?? own.teachers };
}

/** The arm whose models teach an arm or variant; null for one without teachers. */
export function teachersOf(config: Config, arm: string): string | null {
  return definitionOf(config, arm).teachers;
}

/** Of an arm or variant. */
export function runKindOf(config: Config, arm: string): RunKind {
  return definitionOf(config, arm).kind;
}

/** Of an arm or variant; an intermediate arm is trained with the experiment's own settings. */
function armConfig(config: Config, name: string): Config {
  return name === INTERMEDIATE_ARM ? config : configOf(config, name);
}

/** Tasks an arm is trained on: the experiment's, or a variant's own. */
export function tasksOf(config: Config, arm: string): readonly string[] {
  return armConfig(config, arm).tasks;
}

/**
 * The seeds whose models may be teachers: the first ones, or all of them where the best on dev are taken.
 * @throws BornAgainError ERR_CONFIG for an ensemble of more teachers than there are seeds
 */
function teacherSeeds({ seeds, distillation }: Config): readonly number[] {
  const { count, choose } = distillation.teachers;
  if (count > seeds.length) {
    const message = `distillation.teachers.count: ${count} teachers per task need as many seeds, and there are ${seeds.length}`;
    throw new BornAgainError('ERR_CONFIG', message, { count, seeds });
  }
  return choose === 'dev' ? seeds : seeds.slice(0, count);
}

class Planner {
  readonly runs = new Map<string, PlannedRun>();
  private readonly open: string[] = [];

  constructor(private readonly config: Config) {}

  /** Adds an arm's runs of a seed after everything they depend on. */
  add(arm: string, seed: number): void {
    if (this.open.includes(arm)) throw cycle([...this.open, arm]);
    this.open.push(arm);
    const { teachers, initial } = definitionOf(this.config, arm);
    if (teachers !== null) for (const teacherSeed of this.teacherSeedsOf(arm)) this.add(teachers, teacherSeed);
    if (initial !== null) this.add(initial, seed);
    for (const run of this.runsOf(arm, seed)) this.runs.set(run.id, this.withGrid(run));
    this.open.pop();
  }

  /** The run with its family's grid, whose trials are added before it. */
  private withGrid(run: PlannedRun): PlannedRun {
    const seeds = this.config.seeds.slice(0, shapeOf(run).grid.seeds);
    const sisters = seeds.map((seed) => this.runsOf(run.arm, seed).find(({ tasks }) => tasks.join() === run.tasks.join()));
    const planned = planGrid(sisters.filter((sister) => sister !== undefined));
    if (planned === null) return run;
    const { initial } = definitionOf(this.config, run.arm);
    if (initial !== null) for (const seed of seeds) this.add(initial, seed);
    for (const trial of planned.trials) this.runs.set(trial.id, trial);
    return { ...run, grid: planned.grid };
  }

  private runsOf(arm: string, seed: number): PlannedRun[] {
    const config = armConfig(this.config, arm);
    const { kind, teachers, initial } = definitionOf(this.config, arm);
    requireTasks(arm, kind, config.tasks);
    const groups = kind === 'single' ? config.tasks.map((task) => [task]) : [config.tasks];
    return groups.map((tasks) => ({
      id: runId(arm, kind === 'single' ? String(tasks[0]) : 'all', seed),
      arm,
      kind,
      tasks,
      seed,
      config,
      teachers: teachers === null ? {} : Object.fromEntries(tasks.map((task) => [task, this.candidates(arm, teachers, task)])),
      initial: initial === null ? null : this.modelFor(arm, initial, String(tasks[0]), seed),
      grid: null,
    }));
  }

  private teacherSeedsOf(arm: string): readonly number[] {
    return teacherSeeds({ ...armConfig(this.config, arm), seeds: this.config.seeds });
  }

  private candidates(arm: string, teachers: string, task: string): string[] {
    return this.teacherSeedsOf(arm).map((seed) => this.modelFor(arm, teachers, task, seed));
  }

  /** Id of the run of arm `from` that has a head for the task. */
  private modelFor(arm: string, from: string, task: string, seed: number): string {
    const tasks = tasksOf(this.config, from);
    if (!tasks.includes(task)) {
      const message = `arm ${arm} learns ${task} from the models of ${from}, which have no head for it: they are trained on ${tasks.join(', ')}`;
      throw new BornAgainError('ERR_CONFIG', message, { arm, from, task });
    }
    return runId(from, runKindOf(this.config, from) === 'single' ? task : 'all', seed);
  }
}

function runId(arm: string, task: string, seed: number): string {
  return `${arm}/${task}/seed-${seed}`;
}

function requireTasks(arm: string, kind: RunKind, tasks: readonly string[]): void {
  if (kind === 'single' || tasks.length > 1) return;
  const message = `arm ${arm} trains one model on several tasks, and there is one: ${tasks.join(', ')}. Name more tasks, or take a single-task arm`;
  throw new BornAgainError('ERR_CONFIG', message, { arm, tasks });
}

function cycle(arms: readonly string[]): BornAgainError {
  const circle = arms.slice(arms.indexOf(String(arms.at(-1))));
  const message = `a cycle of teachers: ${circle.join(' is taught by ')}. Give one of them other teachers`;
  return new BornAgainError('ERR_CONFIG', message, { arms: circle });
}

/**
 * Every run of an experiment, what it depends on before it, each once. Teachers that no arm asks for by itself are in the list too, and
 * not in the results.
 * @throws BornAgainError ERR_CONFIG: an unknown arm, a cycle of teachers, too few tasks or seeds, teachers of other tasks
 */
export function planRuns(config: Config): PlannedRun[] {
  const planner = new Planner(config);
  for (const arm of config.arms) for (const seed of config.seeds) planner.add(arm, seed);
  return [...planner.runs.values()];
}
