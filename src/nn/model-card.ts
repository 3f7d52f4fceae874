/** README.md of written model folders: what the model is, how it was made and how to load it, for whoever finds the folder. */
import { describeAnnealing } from '../config/annealing.js';
import { truncatePair } from '../text/truncate.js';
import type { BertConfig } from './bert-config.js';
import type { HeadSpec } from './head.js';
import type { ModelInfo } from './heads-file.js';

type Made = NonNullable<ModelInfo['made']>;

export interface CardSubject {
  readonly config: BertConfig;
  readonly info: ModelInfo;
  /** Identifier of the licence of the folder it came from; null where that says none. */
  readonly licence: string | null;
}

/** Of a folder with an encoder and a head for each task. */
export function modelCard({ config, info, licence }: CardSubject, heads: readonly HeadSpec[]): string {
  return `${frontMatter(licence, ['multi-task'])}
# ${info.arm} model, seed ${info.seed}

A BERT encoder (${config.layers} layers, hidden size ${config.hiddenSize}) with ${heads.length === 1 ? 'one head' : `${heads.length} heads`}, trained by bornagain.

${scoreTable(heads, info)}
${making(info)}
## Loading it

\`model.safetensors\` is the encoder, \`heads.safetensors\` holds the heads as \`heads.<task>.classifier.weight\` and \`.bias\`,
\`bornagain.json\` describes them.

\`\`\`sh
bornagain predict --model . --task ${heads[0]?.task ?? 'NAME'} --input FILE
bornagain export --model . --out OUT   # one folder for each task, with its head, for Transformers
\`\`\`

\`\`\`python
from transformers import AutoModel

encoder = AutoModel.from_pretrained(".")  # the encoder and its pooler, without heads
\`\`\`
${licenceSection(licence)}`;
}

/** Of an exported folder, with one head that Transformers has. */
export function exportCard({ config, info, licence }: CardSubject, head: HeadSpec): string {
  return `${frontMatter(licence, [])}
# ${head.task}, from a ${info.arm} model, seed ${info.seed}

BertForSequenceClassification (${config.layers} layers, hidden size ${config.hiddenSize}) for the task ${head.task}: encoder and head of a model trained by
bornagain on ${info.tasks.join(', ')}.

${scoreTable([head], info)}
${making(info)}
## Loading it

\`\`\`python
from transformers import AutoModelForSequenceClassification, AutoTokenizer

model = AutoModelForSequenceClassification.from_pretrained(".").eval()
tokenizer = AutoTokenizer.from_pretrained(".")
inputs = tokenizer(${textArguments(head)}, truncation=True, max_length=${info.maxLength}, return_tensors="pt")
logits = model(**inputs).logits
\`\`\`
${otherCut(info, head)}
${outputMeaning(head)}
${licenceSection(licence)}`;
}

/** Both texts also where the folder, an older one, does not say that there are two. */
function textArguments({ texts }: HeadSpec): string {
  return texts === 1 ? '"text"' : '"first text", "second text"';
}

/** Of a head of pairs whose cut in training Transformers' tokenisers do not make; empty where they make the same. */
function otherCut({ maxLength, truncation }: ModelInfo, { texts }: HeadSpec): string {
  if (texts === 1 || truncation !== 'reference') return '';
  const cuts = (['reference', 'longest_first'] as const).map((rule) =>
    truncatePair(maxLength, maxLength, maxLength - 3, rule).join(' and '),
  );
  if (cuts[0] === cuts[1]) return '';
  return `
Of a pair whose texts are both too long the model was trained on ${cuts[0]} tokens (\`data.truncation=reference\`); the tokeniser here keeps ${cuts[1]}
where the second text is at least as long, so such a pair's logits may differ a little.
`;
}

/** What Transformers' logits are. The one head it cannot express is a regression with a sigmoid. */
export function outputMeaning(head: HeadSpec): string {
  if (head.kind === 'classification')
    return 'The logits are those of the model here; their softmax is the probability of each label of `id2label`.';
  const [low, high] = head.scoreRange ?? [0, 1];
  const scale = `${low === 0 ? '' : `${low} + `}${high - low} · s`;
  return head.activation === 'sigmoid'
    ? `The head was trained with a sigmoid, which Transformers' head has not: \`logits[0]\` is the value z before it. The predicted score is
s = 1 / (1 + exp(−z)) in [0, 1], and ${scale} on the task's own scale (${low} to ${high}). Fine-tuning this folder further in Transformers trains z itself.`
    : `\`logits[0]\` is the predicted score s, scaled so that the task's scores lie in [0, 1]; ${scale} is it on the task's own scale (${low} to ${high}).
It is not clamped and may lie outside.`;
}

function frontMatter(licence: string | null, tags: readonly string[]): string {
  const lines = [...(licence === null ? [] : [`license: ${licence}`]), 'library_name: transformers', 'pipeline_tag: text-classification'];
  return ['---', ...lines, `tags: [${['bert', 'bornagain', ...tags].join(', ')}]`, '---', ''].join('\n');
}

function scoreTable(heads: readonly HeadSpec[], info: ModelInfo): string {
  const rows = heads.map((head) => {
    const outputs =
      head.kind === 'classification' ? head.labels.join(', ') : `score ${head.scoreRange?.join(' to ') ?? ''} (${head.activation} head)`;
    const scores = Object.entries(info.scores[head.task] ?? {}).map(([metric, value]) => `${metric} ${value.toFixed(4)}`);
    return `| ${head.task} | ${outputs} | ${scores.join(', ') || 'not scored'} |`;
  });
  return ['| task | outputs | dev scores, fractions |', '|---|---|---|', ...rows, ''].join('\n');
}

function making({ arm, seed, preset, tasks, maxLength, made }: ModelInfo): string {
  const lines = [
    `Arm \`${arm}\`, seed ${seed}, tasks ${tasks.join(', ')}; sequences of at most ${maxLength} tokens, longer ones cut.`,
    ...(made === undefined ? [`Preset \`${preset}\`.`] : madeLines(preset, made)),
  ];
  return ['## How it was made', '', ...lines.map((line) => `- ${line}`), ''].join('\n');
}

function madeLines(preset: string, made: Made): string[] {
  const { encoder, training, distillation, departures } = made;
  const changed = Object.entries(departures).map(
    ([key, { preset: own, value }]) => `\`${key}\` (${JSON.stringify(value)} instead of ${JSON.stringify(own)})`,
  );
  return [
    `Preset \`${preset}\`${changed.length === 0 ? ', unchanged' : `, departing from it in ${changed.join(', ')}`}.`,
    `Started from the encoder \`${encoder.name}\` (SHA-256 \`${encoder.hash}\`).`,
    `${training.steps} steps of ${training.batchSize} examples, learning rate ${training.learningRate}, layer-wise decay ${training.layerDecay}.`,
    distillation === null ? 'Trained on the gold labels alone.' : teaching(distillation),
  ];
}

function teaching({ tasks, annealing, lambda, switchAt = null }: NonNullable<Made['distillation']>): string {
  const known = annealing ?? (lambda === null ? null : 'constant');
  const how = known === null ? 'lambda 0 to 1' : describeAnnealing({ annealing: known, lambda, switchAt });
  return `Distilled from teachers on ${tasks.join(', ')}; teacher annealing: ${how}. Lambda is the weight of the gold label.`;
}

function licenceSection(licence: string | null): string {
  const text =
    licence === null
      ? 'The model it started from names no licence. Its terms, and those of the training data, apply.'
      : `\`${licence}\`, the licence of the model it started from. The terms of the training data apply too.`;
  return `\n## Licence\n\n${text}\n`;
}
