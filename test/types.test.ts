/** The types as a library that is built on the package sees them: what its own declarations are made of must have a name there. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { temporaryFolder } from './train/tiny-model.js';

/** Everything here is declared by inference. */
const LIBRARY = `
import * as bornagain from 'bornagain';
import { AdamW, Bert, Head, Predictor, Session, Tensor, TeacherEnsemble, Tokenizer } from 'bornagain';
import type { TrainingEvent } from 'bornagain';

export const stepOptions = (options: Parameters<Session['step']>[1]) => options;
export const step = (session: Session, batch: Parameters<Session['step']>[0]) => session.step(batch, { learningRate: 1 });
export const load = (session: Session) => session.loadState('state');
export const computes = (session: Session) => session.computes;
export const runtime = (options: Parameters<typeof Session.create>[0]) => options.runtime;
export const arm = (options: Parameters<typeof bornagain.trainOne>[0]) => options.arm;
export const eventOf = <K extends TrainingEvent['kind']>(kind: K, event: TrainingEvent) => (event.kind === kind ? event : null);
export const plan = (event: TrainingEvent) => (event.kind === 'experiment-plan' ? event.runs : []);
export const finished = (event: TrainingEvent) => (event.kind === 'run-finished' ? event : null);
export const failures = ({ failures }: bornagain.ExperimentResults) => failures;
export const departures = () => bornagain.departuresOf(bornagain.resolveConfig({}));
export const opened = () => bornagain.openModelFolder('folder', { device: 'cpu', dropout: null });
export const prepared = (data: bornagain.PreparedData) => data.get('rte', 'train');
export const written = (...[folder, options]: Parameters<typeof bornagain.writeModelFolder>) => options.info;
export const average = (...options: Parameters<typeof bornagain.modelAverage>) => options;
export const init = (...options: Parameters<typeof bornagain.initHead>) => options;
export const forward = (bert: Bert) => bert.config;
export const answers = (predictor: Predictor) => predictor.predict('rte', []);
export const read = (options: Parameters<typeof bornagain.readExamples>) => bornagain.readExamples(...options);
export const classes = [AdamW, Bert, Head, Predictor, Session, Tensor, TeacherEnsemble, Tokenizer];
`;

/** As npm installs it, but for what types do not need. A link instead of a copy would be followed to this checkout. */
async function installed(): Promise<string> {
  const folder = await temporaryFolder();
  const target = join(folder, 'node_modules/bornagain');
  await mkdir(target, { recursive: true });
  await cp('dist', join(target, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  await cp('package.json', join(target, 'package.json'));
  for (const name of ['zod', '@types']) await symlink(resolve('node_modules', name), join(folder, 'node_modules', name));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

const OPTIONS: ts.CompilerOptions = {
  ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  ...{ lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'], types: ['node'], strict: true, skipLibCheck: true },
  ...{ declaration: true, emitDeclarationOnly: true },
};

it('declarations that are inferred name no file inside the package', async () => {
  const folder = await installed();
  const file = join(folder, 'library.ts');
  await writeFile(file, LIBRARY);
  const program = ts.createProgram([file], OPTIONS);
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});
