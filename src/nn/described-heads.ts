/** The heads that a model's folder describes, without its weights: those of its own file, or the one of which this project's export tells. */
import { join } from 'node:path';
import { readBertConfig } from './bert-config.js';
import { parseClassifierConfig } from './classifier-config.js';
import type { HeadSpec } from './head.js';
import { readHeadsFile } from './heads-file.js';

/** Empty for a plain encoder, and for a classifier that another program wrote. Throws ERR_MODEL_FOLDER. */
export async function describedHeads(dir: string): Promise<readonly HeadSpec[]> {
  const { source, hiddenDropout } = await readBertConfig(dir);
  const description = await readHeadsFile(dir);
  if (description !== null) return description.heads;
  const { note, labels, dropout } = parseClassifierConfig(source, join(dir, 'config.json'));
  if (note === null || labels === null) return [];
  const { task, texts, scoreRange, activation } = note;
  const kind = scoreRange === null ? { kind: 'classification' as const, labels } : { kind: 'regression' as const, labels: [] };
  return [{ task, ...kind, texts, scoreRange, activation, dropout: dropout ?? hiddenDropout }];
}
