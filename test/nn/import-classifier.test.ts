/** Which of a classifier's outputs is which class of a task: by name as people spell it, never by guess. */
import { describe, expect, it } from 'vitest';
import { parseClassifierConfig } from '../../src/nn/classifier-config.js';
import { importClassifier, type ImportedHead } from '../../src/nn/import-classifier.js';
import { taskByName } from '../../src/tasks/index.js';

/** A head whose output i has the weights [i, i] and the bias i. */
function imported(taskName: string, labels: readonly string[]): ImportedHead {
  const outputs = labels.length;
  const bias = Float32Array.from({ length: outputs }, (_, output) => output);
  const weight = Float32Array.from({ length: 2 * outputs }, (_, place) => Math.floor(place / 2));
  const config = parseClassifierConfig({ id2label: Object.fromEntries(labels.entries()) }, 'config.json');
  const tensors = { weight: { shape: [outputs, 2], data: weight }, bias: { shape: [outputs], data: bias } };
  return importClassifier({ config, tensors, task: taskByName(taskName), hiddenDropout: 0.1, path: 'config.json' });
}

describe('the classes of a classifier', () => {
  it.each([
    ['sst2', ['NEGATIVE', 'POSITIVE'], [0, 1]],
    ['sst2', ['positive', 'negative'], [1, 0]],
    ['sst2', ['1', '0'], [1, 0]],
    ['rte', ['Not Entailment', 'ENTAILMENT'], [1, 0]],
    ['qnli', ['not-entailment', 'entailment'], [1, 0]],
    ['wnli', ['entailment', 'not_entailment'], [1, 0]],
    ['mrpc', ['equivalent', 'not_equivalent'], [1, 0]],
    ['qqp', ['not_duplicate', 'duplicate'], [0, 1]],
    ['cola', ['unacceptable', 'acceptable'], [0, 1]],
    ['mnli', ['CONTRADICTION', 'NEUTRAL', 'ENTAILMENT'], [0, 2, 1]],
    ['mnli', ['entailment', 'neutral', 'contradiction'], [2, 0, 1]],
  ])('of %s named %j', (task, labels, order) => {
    const { spec, weight, bias, notices } = imported(task, labels);
    expect([...bias.data]).toEqual(order);
    expect([...weight.data]).toEqual(order.flatMap((output) => [output, output]));
    expect(spec.labels).toEqual(taskByName(task).labels);
    expect(notices).toEqual([]);
  });

  it.each(['cola', 'sst2', 'mrpc', 'qqp', 'qnli', 'rte', 'wnli'])('of %s, unnamed: by position, which is said', (task) => {
    const { bias, notices } = imported(task, ['LABEL_0', 'LABEL_1']);
    const [first, second] = taskByName(task).labels;
    expect([...bias.data]).toEqual([0, 1]);
    expect(notices).toMatchObject([
      { level: 'warning', message: expect.stringContaining(`LABEL_0 as ${first}, LABEL_1 as ${second}`) as string },
    ]);
  });

  it.each([
    [
      'mnli',
      ['LABEL_0', 'LABEL_1', 'LABEL_2'],
      'mnli is trained in two orders: contradiction, entailment, neutral (the reference) and entailment, neutral, contradiction',
    ],
    ['sst2', ['bad', 'good'], "the model's labels are bad, good, those of sst2 are 0, 1"],
    ['sst2', ['negative', '0'], "the model's labels are negative, 0"],
    ['sst2', ['negative', 'Negative'], "the model's labels are negative, Negative"],
    ['rte', ['entailment', 'neutral'], "the model's labels are entailment, neutral"],
    ['mnli', ['0', '1', '2'], "the model's labels are 0, 1, 2"],
  ])('of %s named %j are refused, with how to name them', (task, labels, message) => {
    const example = taskByName(task)
      .labels.map((label, index) => `"${index}": "${label}"`)
      .join(', ');
    const refusal = { code: 'ERR_MODEL_FOLDER', message: expect.stringContaining(message) as string };
    expect(() => imported(task, labels)).toThrow(expect.objectContaining(refusal));
    expect(() => imported(task, labels)).toThrow(`"id2label": {${example}}`);
  });
});
