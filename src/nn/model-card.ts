/** README.md of a written model folder: what the model is and how it was made, for whoever finds the folder. */
import type { BertConfig } from './bert-config.js';
import type { HeadSpec } from './head.js';
import type { ModelInfo } from './heads-file.js';

export function modelCard(config: BertConfig, heads: readonly HeadSpec[], info: ModelInfo): string {
  const rows = heads.map((head) => {
    const outputs = head.kind === 'classification' ? head.labels.join(', ') : `score ${head.scoreRange?.join(' to ') ?? ''}`;
    const scores = Object.entries(info.scores[head.task] ?? {}).map(([metric, value]) => `${metric} ${value.toFixed(4)}`);
    return `| ${head.task} | ${outputs} | ${scores.join(', ') || 'not scored'} |`;
  });
  return `# ${info.arm} model, seed ${info.seed}

A BERT encoder (${config.layers} layers, hidden size ${config.hiddenSize}) with ${heads.length === 1 ? 'one head' : `${heads.length} heads`},
trained by bornagain: arm \`${info.arm}\`, preset \`${info.preset}\`, seed ${info.seed}, tasks ${info.tasks.join(', ')}.

\`model.safetensors\` is the encoder (Transformers: \`AutoModel.from_pretrained\`), \`heads.safetensors\` holds the heads as
\`heads.<task>.classifier.weight\` and \`.bias\`, \`bornagain.json\` describes them. Dev scores are fractions.

| task | outputs | dev scores |
|---|---|---|
${rows.join('\n')}
`;
}
