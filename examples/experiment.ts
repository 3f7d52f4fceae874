/** Teachers for two tasks, one student taught by both, and an answer from it: `npx tsx examples/experiment.ts`, after `npm run setup`. */
import { Predictor, resolveConfig, runExperiment } from 'bornagain';

const config = resolveConfig({ preset: 'quickstart', set: ['tasks=["rte","mrpc"]', 'arms=["single","single-multi"]'] });
const { runs } = await runExperiment({
  config,
  dataDir: 'data/mini-glue',
  modelDir: 'models/tiny-bert',
  outDir: 'runs/example',
  onEvent: (event) => {
    if (event.kind === 'evaluated') console.log(event.runId, event.tasks);
  },
});

const student = runs.find((run) => run.arm === 'single-multi');
const predictor = await Predictor.open(`runs/example/${student?.model}`, config.runtime);
console.log(await predictor.predict('rte', [{ textA: 'Every dog in the garden slept.', textB: 'An animal slept.' }]));
await predictor.close();
