/** `bornagain submit`: the leaderboard's zip from one or several trained models, checked before it is put in place. */
import { ZipFile } from 'yazl';
import type { Config } from '../../config/schema.js';
import type { OnEvent } from '../../train/events.js';
import { InferenceModel } from '../../train/inference.js';
import { prepareData } from '../../train/prepare-data.js';
import { writeFileAtomic } from '../../util/atomic-file.js';
import { BornAgainError } from '../../util/errors.js';
import { checkFiles } from './check.js';
import { SUBMISSION_FILES, type SubmissionFile } from './files.js';
import { fileText, predictRows } from './predict.js';
import { countRows, majority } from './rows.js';

export interface SubmissionOptions {
  /** Folders of trained models; the first that has a task's head predicts it. */
  readonly modelDirs: readonly string[];
  readonly dataDir: string;
  readonly outFile: string;
  /** Write the training set's majority for tasks that no model has a head for. WNLI's, which BAM does not train, always may be. */
  readonly fillMissing: boolean;
  readonly config: Config;
  readonly cacheDir?: string | undefined;
  readonly onEvent: OnEvent;
}

export interface SubmittedFile {
  readonly file: string;
  readonly rows: number;
  /** The model's folder; null where the training set's majority stands in. */
  readonly model: string | null;
  /** Rows that the test file has in a form that cannot be read: they get the majority. */
  readonly unreadable: number;
}

/** Zip entries carry a time, and the same predictions should be the same bytes. */
const ENTRY = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true } as const;

/**
 * @throws BornAgainError ERR_INVALID_ARGUMENT naming the tasks without a head, and what opening models, reading data and writing throw;
 *   an earlier file then stays
 */
export async function writeSubmission(options: SubmissionOptions): Promise<SubmittedFile[]> {
  const models: InferenceModel[] = [];
  try {
    for (const dir of options.modelDirs) models.push(await InferenceModel.open(dir, options.config.runtime));
    requireHeads(models, options.fillMissing);
    const zip = new ZipFile();
    const written: SubmittedFile[] = [];
    const texts = new Map<string, Buffer>();
    for (const wanted of SUBMISSION_FILES) {
      const { text, ...summary } = await predictFile(options, wanted, modelFor(models, wanted));
      texts.set(wanted.file, Buffer.from(text));
      written.push(summary);
    }
    const faults = checkFiles(texts, new Map(written.map(({ file, rows }) => [file, rows])));
    if (faults.length > 0) throw new RangeError(`the submission is faulty: ${faults.join('; ')}`);
    for (const [file, text] of texts) zip.addBuffer(text, file, ENTRY);
    zip.end();
    await writeFileAtomic(options.outFile, await collected(zip.outputStream));
    return written;
  } finally {
    for (const model of models) await model.close();
  }
}

function modelFor(models: readonly InferenceModel[], { task }: SubmissionFile): InferenceModel | null {
  return models.find((model) => model.tasks.includes(task.head)) ?? null;
}

function requireHeads(models: readonly InferenceModel[], fillMissing: boolean): void {
  const missing = SUBMISSION_FILES.filter((wanted) => modelFor(models, wanted) === null && wanted.task.name !== 'wnli');
  if (missing.length === 0 || fillMissing) return;
  const names = [...new Set(missing.map(({ task }) => task.head))].join(', ');
  const message = `no model has a head for ${names}, and GLUE's server wants every file. Give further models with --model, or have the training set's majority written for them (--fill-missing)`;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { tasks: names });
}

async function predictFile(
  options: SubmissionOptions,
  { file, task, split }: SubmissionFile,
  model: InferenceModel | null,
): Promise<SubmittedFile & { readonly text: string }> {
  const { config, dataDir, cacheDir, onEvent } = options;
  const rows = await countRows(task, split, dataDir);
  const splits = [{ task: task.name, split }];
  const predictions =
    model === null
      ? new Map<number, string>()
      : await predictRows(
          model,
          (
            await prepareData({
              config: { ...config, data: { ...config.data, ...model.limit } },
              ...{ splits, dataDir, modelDir: model.dir, cacheDir, onEvent },
            })
          ).get(task.name, split),
        );
  // AX has no training set; its rows are MNLI's kind.
  const source = SUBMISSION_FILES.find((other) => other.task.name === task.head)?.task ?? task;
  const fill = predictions.size < rows ? await majority(source, dataDir) : '';
  const unreadable = model === null ? 0 : rows - predictions.size;
  return { file, rows, model: model?.dir ?? null, unreadable, text: fileText(rows, predictions, fill) };
}

async function collected(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
