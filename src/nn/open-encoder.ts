/** An encoder out of a checkpoint, whatever its form, and what there is to say about how it was read. */
import { basename } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { Bert } from './bert.js';
import type { BertConfig } from './bert-config.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { drawParameters } from './draw-parameters.js';
import { loadFromSource } from './parameters.js';
import { shown, type TensorSource } from './weights/source.js';

/** Something the user should know that is no error. */
export interface ImportNotice {
  readonly level: 'info' | 'warning';
  readonly message: string;
}

export interface EncoderRequest {
  readonly config: BertConfig;
  readonly source: TensorSource;
  readonly layout: CheckpointLayout;
  readonly device: string;
  /** Seed of a pooler that the file lacks; null refuses such a file. */
  readonly poolerSeed: number | null;
}

/** Throws ERR_CHECKPOINT with every missing, extra and misshapen tensor; ERR_DEVICE. */
export async function openEncoder({ config, source, layout, device, poolerSeed }: EncoderRequest): Promise<Bert> {
  if (layout.pooler === 'missing' && poolerSeed === null) throw withoutPooler(source.path);
  const bert = Bert.create(config, device);
  try {
    const drawn = new Set<string>();
    if (layout.pooler === 'missing' && poolerSeed !== null) {
      for (const name of bert.parameterNames()) if (name.startsWith('bert.pooler.')) drawn.add(name);
      // As Transformers initialises what a checkpoint lacks (modeling_bert.py, _init_weights).
      drawParameters(bert.native, [...drawn], poolerSeed, ['pooler'], (normal) => config.initializerRange * normal());
    }
    await loadFromSource(bert.native, source, layout.encoder, drawn);
    return bert;
  } catch (error) {
    bert.dispose();
    throw error;
  }
}

/** What was left out or drawn anew. */
export function encoderNotices({ config, source, layout, poolerSeed }: EncoderRequest, leftOut: readonly string[]): ImportNotice[] {
  const file = basename(source.path);
  const notices: ImportNotice[] = [];
  if (layout.pooler === 'missing') {
    const message = `${file} has no pooler; a new one is drawn as Transformers does (normal, deviation ${config.initializerRange}, bias 0), from seed ${poolerSeed}`;
    notices.push({ level: 'warning', message });
  }
  if (leftOut.length > 0) {
    const names = leftOut.slice(0, 4).map(shown).join(', ') + (leftOut.length > 4 ? ', …' : '');
    notices.push({
      level: 'info',
      message: `${file}: left out ${names}, which ${leftOut.length === 1 ? 'is' : 'are'} no part of the encoder`,
    });
  }
  return notices;
}

function withoutPooler(path: string): BornAgainError {
  return new BornAgainError(
    'ERR_CHECKPOINT',
    `${path} has no pooler ('bert.pooler.dense.weight'), and heads read the pooler's output: as it is it can only be trained, not asked. Train it first`,
    { path },
  );
}
