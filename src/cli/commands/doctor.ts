/** `bornagain doctor`: what computes here, and where it was found. When it cannot load, the error says the same about every place tried. */
import type { Command } from 'commander';
import { describePlaces } from '../../../scripts/lib/find-libtorch.mjs';
import type { RuntimeDescription } from '../../native/runtime.js';
import { addJsonFlag } from '../flags.js';
import { printJson, printText } from '../output.js';

const HELP = `
Example:
  $ bornagain doctor`;

export function registerDoctor(program: Command): void {
  const command = program.command('doctor').description('show LibTorch, devices, precision and threads, or why they are not usable');
  addJsonFlag(command).addHelpText('after', HELP).action(doctor);
}

async function doctor(flags: { readonly json?: boolean }): Promise<void> {
  const { describeRuntime } = await import('../../native/runtime.js');
  const description = describeRuntime();
  if (flags.json === true) printJson(description);
  else printText(renderDescription(description));
}

/** What `runtime.engine`, `.precision` and `.products` mean on this CPU when they are auto. */
function describeChoice({ cpuChoice, instructionSet }: RuntimeDescription['runtime']): string {
  const { engine, precision, products } = cpuChoice;
  return `${engine} engine, ${precision}, ${products === 'own' ? 'own matrix products' : "LibTorch's matrix products"}, kernels for ${instructionSet}`;
}

/** Which of the parts for CUDA are in, and what a missing one needs. */
function describeCuda({ runtime, libtorch, flashRefusals }: RuntimeDescription): string {
  if (!libtorch.cuda) return 'not in this LibTorch; the flash engine needs its CUDA build';
  const devices = flashRefusals.map((refusal, index) => `cuda:${index} ${refusal === null ? 'flash engine' : `plain engine (${refusal})`}`);
  const graphs = runtime.cudaGraphs ? 'in' : "not built, needs the CUDA runtime's headers";
  return [...(devices.length === 0 ? ['no device'] : devices), `CUDA graphs: ${graphs}`].join('; ');
}

function describeThreads({ runtime: { threads }, coreQuota }: RuntimeDescription): string {
  if (coreQuota === null || coreQuota >= threads) return String(threads);
  return `${coreQuota}, the quota of CPU time here; LibTorch's own number is ${threads}`;
}

/** The description for people: one fact per line, the whole search order, warnings last. */
export function renderDescription(description: RuntimeDescription): string {
  const { runtime, libtorch, ...rest } = description;
  const facts = {
    node: `${rest.node}, ${rest.platform}`,
    LibTorch: `${runtime.runtimeVersion}, compiled against ${runtime.compiledVersion}, ${libtorch.cuda ? 'CUDA' : 'CPU'} build, ${libtorch.abi} ABI`,
    'found in': libtorch.dir,
    addon: rest.addon,
    devices: rest.devices.join(', '),
    CPU: runtime.cpuCapability,
    precision: `float32; bfloat16 ${rest.precision.bfloat16Hardware ? 'in hardware' : 'only emulated by this CPU'}`,
    auto: describeChoice(runtime),
    CUDA: describeCuda(description),
    threads: describeThreads(description),
  };
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(10)} ${value}`);
  lines.push('Search order for LibTorch:', describePlaces(rest.places));
  if (rest.openmp.length > 1) {
    lines.push(
      `warning: ${rest.openmp.length} OpenMP libraries are loaded (${rest.openmp.join(', ')}); together they can oversubscribe the cores or deadlock`,
    );
  }
  return lines.join('\n');
}
