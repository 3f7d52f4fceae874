/** Whether a tokeniser's output fits a model, asked before any work is done: a wrong index inside LibTorch tells nobody what to mend. */
import type { Tokenizer } from '../text/tokenizer.js';
import { BornAgainError } from '../util/errors.js';

export interface ModelLimits {
  /** Rows of the word embedding. */
  readonly vocabSize: number;
  /** Rows of the position embedding. */
  readonly maxPositions: number;
}

/**
 * @param maxLength special tokens included
 * @throws BornAgainError ERR_VOCABULARY, ERR_SEQUENCE_TOO_LONG
 */
export function checkFits(tokenizer: Pick<Tokenizer, 'vocabSize' | 'source'>, model: ModelLimits, maxLength: number): void {
  if (tokenizer.vocabSize > model.vocabSize) {
    throw new BornAgainError(
      'ERR_VOCABULARY',
      `the vocabulary of ${tokenizer.source} has ${tokenizer.vocabSize} tokens, but the model's word embedding has ${model.vocabSize} rows. Take the tokeniser that belongs to the model`,
      { vocabSize: tokenizer.vocabSize, embeddingRows: model.vocabSize, source: tokenizer.source },
    );
  }
  if (maxLength > model.maxPositions) {
    throw new BornAgainError(
      'ERR_SEQUENCE_TOO_LONG',
      `data.maxLength is ${maxLength}, but the model has ${model.maxPositions} positions. Set data.maxLength to at most ${model.maxPositions}`,
      { maxLength, maxPositions: model.maxPositions },
    );
  }
}
