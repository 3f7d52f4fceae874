/** What `--device cuda` asks of the machine, before anything is measured. */
import { describeRuntime } from '../../src/native/runtime.js';
import { BornAgainError } from '../../src/util/errors.js';
import { runProgram } from './child.js';
import { OPPONENTS, type Absent } from './opponents.js';

const NEEDS = 'An NVIDIA GPU with bf16 (compute capability 8.0) and a CUDA LibTorch on both sides are needed';

/**
 * @returns the GPU's name
 * @throws BornAgainError where a side has none, or where the flash engine cannot use it
 */
export async function requireCuda(python: string): Promise<string> {
  const { runtime, devices, flashRefusals } = describeRuntime();
  const [refusal] = flashRefusals;
  if (refusal === undefined)
    throw new BornAgainError(
      'ERR_USAGE',
      `--device cuda: the addon's LibTorch ${runtime.runtimeVersion} sees no CUDA device, only ${devices.join(', ')}. ${NEEDS}; npx bornagain doctor shows ours`,
    );
  if (refusal !== null)
    throw new BornAgainError('ERR_USAGE', `--device cuda: the flash engine does not run on ${devices[1] ?? 'cuda:0'}: ${refusal}`);
  const code = 'import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else "", end="")';
  const { output } = await runProgram(python, ['-c', code]);
  if (output === '')
    throw new BornAgainError(
      'ERR_USAGE',
      `--device cuda: the PyTorch of ${python} sees no CUDA device. ${NEEDS}; BORNAGAIN_PEERS names another`,
    );
  return output;
}

/** CUDA's opponents whose package the peer lacks: flash-attn is built for one PyTorch and one CUDA, so a peer seldom has it. */
export async function absentOpponents(python: string): Promise<Absent> {
  const absent: Record<string, string> = {};
  for (const { name, needs } of OPPONENTS.cuda) {
    if (needs === undefined) continue;
    const code = `try:\n  import ${needs}\nexcept Exception as error:\n  print("absent:", error, end="")`;
    const { output } = await runProgram(python, ['-c', code]);
    const [, why] = /absent: (.*)/s.exec(output) ?? [];
    if (why !== undefined) absent[name] = why;
  }
  return absent;
}
