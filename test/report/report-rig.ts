/** A real experiment of seconds, with its report: three tasks, teachers and students, five seeds, one variant. */
import { join } from 'node:path';
import type { ConfigInput } from '../../src/config/schema.js';
import { runExperiment } from '../../src/experiment/run.js';
import { writeReport, type WrittenReport } from '../../src/report/write-report.js';
import { experimentConfig } from '../experiment/experiment-rig.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';

export const REPORTED: ConfigInput = {
  arms: ['single', 'multi', 'single-multi', 'lambda-0'],
  variants: { 'lambda-0': { arm: 'single-multi', set: ['distillation.annealing=constant', 'distillation.lambda=0'] } },
  seeds: [1, 2, 3, 4, 5],
};

export interface ReportedExperiment {
  readonly outDir: string;
  readonly dataDir: string;
  readonly written: WrittenReport;
}

export async function reportedExperiment(config: ConfigInput = REPORTED): Promise<ReportedExperiment> {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 61);
  const modelDir = await tinyModel(dataDir);
  const outDir = join(await temporaryFolder(), 'out');
  await runExperiment({
    config: experimentConfig(config),
    dataDir,
    modelDir,
    outDir,
    command: 'bornagain run --out out --set "a <b> & c"',
    onEvent: () => undefined,
  });
  return { outDir, dataDir, written: await writeReport({ outDir }) };
}
