/** What a model's folder keeps of how it was made. */
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { tokenizeExamples } from '../../src/data/tokenize.js';
import { TeacherEnsemble } from '../../src/distill/ensemble.js';
import { provenance } from '../../src/experiment/provenance.js';
import { taskByName } from '../../src/tasks/index.js';
import { fixtureTokenizer } from '../data/small-glue.js';

it.each([
  ['linear', [], { annealing: 'linear', lambda: null, switchAt: null }],
  ['cosine', [], { annealing: 'cosine', lambda: null, switchAt: null }],
  ['step', ['distillation.switchAt=0.3'], { annealing: 'step', lambda: null, switchAt: 0.3 }],
  ['constant', ['distillation.lambda=0.25'], { annealing: 'constant', lambda: 0.25, switchAt: null }],
] as const)('keeps the annealing and what plays a part in it: %s', async (annealing, more, kept) => {
  const config = resolveConfig({ set: [`distillation.annealing=${annealing}`, ...more] });
  const examples = [{ id: 'train-0', textA: 'a film', textB: 'b', label: 0 }];
  const limit = { maxLength: 16, truncation: 'reference' as const };
  const dataset = await tokenizeExamples(examples, await fixtureTokenizer(), limit, { task: taskByName('rte'), split: 'train' });
  const teacher = new TeacherEnsemble('classification', [{ width: 2, logits: () => Float32Array.of(0, 1) }]);
  const making = { config, modelDir: 'models/bert', modelHash: 'abc', shape: config.multi, steps: 10 };
  expect(provenance({ ...making, tasks: [{ dataset, teacher }] }).distillation).toEqual({ tasks: ['rte'], ...kept });
  expect(provenance({ ...making, tasks: [{ dataset, teacher: null }] }).distillation).toBeNull();
});

it('keeps the departures that made it, and no path or setting of the machine', () => {
  const local = ['runtime.shareDir="/home/me/store"', 'runtime.threads=3', 'logging.tensorboard=false', 'report.average=glue'];
  const config = resolveConfig({ preset: 'paper', set: ['multi.epochs=2', ...local] });
  const making = { config, modelDir: 'models/bert', modelHash: 'abc', shape: config.multi, steps: 10, tasks: [] };
  expect(provenance(making).departures).toEqual({ 'multi.epochs': { preset: 6, value: 2 } });
});
