/** What config.json says of a sequence classifier: labels, kind, dropout, and what this project's own export adds. */
import { z } from 'zod';
import { TRUNCATIONS } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';

/** Key of config.json with what Transformers' configuration has no place for; Transformers keeps it and ignores it. */
export const EXPORT_KEY = 'bornagain';

const exportSchema = z.object({
  task: z.string(),
  /** Texts of an example; exports made before this was kept have none. */
  texts: z.union([z.literal(1), z.literal(2)]).optional(),
  scoreRange: z.tuple([z.number(), z.number()]).nullable(),
  activation: z.enum(['linear', 'sigmoid']),
  maxLength: z.int().positive(),
  truncation: z.enum(TRUNCATIONS).default('reference'),
});

/** What an exported head was, beyond what Transformers computes. */
export type ExportNote = Readonly<z.infer<typeof exportSchema>>;

const fileSchema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  problem_type: z.string().nullish(),
  classifier_dropout: z.number().min(0).lt(1).nullish(),
  [EXPORT_KEY]: exportSchema.optional(),
});

export interface ClassifierConfig {
  /** False where `architectures` names models with another head only: token classification and multiple choice have a `classifier` too. */
  readonly ofSequences: boolean;
  /** By class index; null where the file names none. */
  readonly labels: readonly string[] | null;
  readonly problem: string | null;
  /** Null: as the encoder's hidden states. */
  readonly dropout: number | null;
  readonly note: ExportNote | null;
}

/** `source` is config.json's content. Throws ERR_MODEL_FOLDER. */
export function parseClassifierConfig(source: unknown, path: string): ClassifierConfig {
  const parsed = fileSchema.safeParse(source);
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path}: ${what}`, { path });
  };
  if (!parsed.success) {
    return refuse(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'content'}: ${issue.message}`).join('; '));
  }
  const { architectures, id2label, problem_type, classifier_dropout, [EXPORT_KEY]: note } = parsed.data;
  const named = Object.entries(id2label ?? {});
  const labels = named.map(
    (_, index) => id2label?.[String(index)] ?? refuse(`id2label has ${named.length} labels, but none for class ${index}`),
  );
  return {
    ofSequences: (architectures ?? []).length === 0 || architectures?.includes('BertForSequenceClassification') === true,
    labels: labels.length === 0 ? null : labels,
    problem: problem_type ?? null,
    dropout: classifier_dropout ?? null,
    note: note ?? null,
  };
}
