/** Whom we are measured against, by device. */
import type { Device, Precision, TheirSettings } from './sides.js';

/** What a batch's sequences are padded to: this length, their longest, that rounded up to a multiple of 32, or nothing. */
export type Padding = number | 'longest' | 'multiple-of-32' | 'none';

export interface Opponent {
  readonly name: string;
  readonly precision: Precision;
  readonly padding: Padding;
  /** The batches it is given: in the data's order, or grouped by length. */
  readonly list: 'plain' | 'grouped';
  /** A file of bench/opponents and its arguments. Opponents of one program share a process. */
  readonly program: readonly string[];
  /** Sent with every request to train. */
  readonly settings: object;
  /** A Python package that peers need not have. */
  readonly needs?: string;
}

/** Opponents that are left out since their package cannot be imported, and what Python says of it. */
export type Absent = Readonly<Record<string, string>>;

/** Transformers on the CPU, in bench/opponents/worker.py. */
function onCpu(
  name: string,
  list: Opponent['list'],
  attention: TheirSettings['attention'],
  precision: Precision,
  padTo: number | null,
): Opponent {
  const settings: TheirSettings = { attention, autocast: precision === 'bf16', padTo };
  return { name, precision, padding: padTo ?? 'longest', list, program: ['worker.py'], settings };
}

const CPU: readonly Opponent[] = [
  onCpu('eager-fp32-pad128', 'plain', 'eager', 'fp32', 128),
  onCpu('eager-fp32-dynamic', 'plain', 'eager', 'fp32', null),
  onCpu('eager-bf16-dynamic', 'plain', 'eager', 'bf16', null),
  onCpu('sdpa-bf16-dynamic', 'plain', 'sdpa', 'bf16', null),
  onCpu('eager-bf16-grouped', 'grouped', 'eager', 'bf16', null),
];

const onCuda = (name: string, padding: Padding, ...program: string[]): Opponent => ({
  name,
  precision: 'bf16',
  padding,
  list: 'plain',
  program,
  settings: {},
});

const CUDA: readonly Opponent[] = [
  onCuda('eager-bf16-dynamic', 'longest', 'cuda/padded.py', 'eager', 'bf16'),
  onCuda('sdpa-bf16-dynamic', 'longest', 'cuda/padded.py', 'sdpa', 'bf16'),
  onCuda('compiled-bf16', 'multiple-of-32', 'cuda/compiled.py'),
  { ...onCuda('flash-bf16-flattened', 'none', 'cuda/flattened.py'), needs: 'flash_attn' },
  onCuda('varlen-bf16-loop', 'none', 'cuda/varlen_loop.py'),
];

export const OPPONENTS: Readonly<Record<Device, readonly Opponent[]>> = { cpu: CPU, cuda: CUDA };

/** The peer that the gate compares fp32 with. */
export const REFERENCE: Readonly<Record<Device, Pick<Opponent, 'program' | 'settings'>>> = {
  cpu: onCpu('reference', 'plain', 'eager', 'fp32', null),
  cuda: { program: ['cuda/padded.py', 'eager', 'fp32'], settings: {} },
};
