/**
 * The one error class users meet. A message says what is wrong, where (file and line, row, parameter, step) and how to mend it;
 * `code` is for programs, `details` carries the same facts as values.
 */
export type ErrorCode =
  | 'ERR_LIBTORCH_NOT_FOUND'
  | 'ERR_ADDON_NOT_BUILT'
  | 'ERR_ADDON_LOAD'
  | 'ERR_LIBTORCH'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_DISPOSED'
  | 'ERR_DEVICE'
  | 'ERR_MODULE_BUSY'
  | 'ERR_SESSION_CLOSED'
  | 'ERR_CANCELLED'
  | 'ERR_NON_FINITE_LOSS'
  | 'ERR_CONFIG'
  | 'ERR_USAGE'
  | 'ERR_UNKNOWN_TASK'
  | 'ERR_DATA_MISSING'
  | 'ERR_DATA_FORMAT'
  | 'ERR_CACHE'
  | 'ERR_TOKENIZER'
  | 'ERR_VOCABULARY'
  | 'ERR_SEQUENCE_TOO_LONG'
  | 'ERR_MODEL_FOLDER'
  | 'ERR_SAFETENSORS'
  | 'ERR_PYTORCH_FILE'
  | 'ERR_CHECKPOINT'
  | 'ERR_TEACHER_LOGITS'
  | 'ERR_SUBMISSION'
  | 'ERR_OUTPUT_FOLDER'
  | 'ERR_LOCKED'
  | 'ERR_RUN_FAILED'
  | 'ERR_IO';

export class BornAgainError extends Error {
  override readonly name = 'BornAgainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
