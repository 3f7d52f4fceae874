/** The Python half of a comparison: a script beside it that is handed a request and gives an answer (lib/peer.py). */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const INTEROP = fileURLToPath(new URL('../', import.meta.url));
/** The peers are installed without bytecode: the first to start writes it here, and those after it find it. */
const BYTECODE = fileURLToPath(new URL('../../../build/peers-bytecode', import.meta.url));
const LONGEST_MS = 240_000;

export class Peer {
  constructor(
    private readonly python: string,
    /** Scratch folder that both halves see: large tensors go through safetensors files in it. Removed afterwards. */
    readonly folder: string,
  ) {}

  /**
   * Runs test/interop/`script` once. The request travels as JSON (`NaN` and infinities do not), the answer comes back the same way.
   * Rejects with the script's own traceback when it fails or takes longer than four minutes.
   */
  async ask<Answer>(script: string, request: object): Promise<Answer> {
    const [requestFile, answerFile] = [join(this.folder, `${script}.request.json`), join(this.folder, `${script}.answer.json`)];
    await writeFile(requestFile, JSON.stringify(request));
    const env = {
      ...process.env,
      PYTHONPATH: join(INTEROP, 'lib'),
      PYTHONPYCACHEPREFIX: BYTECODE,
      PYTHONDONTWRITEBYTECODE: '',
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_VERBOSITY: 'error',
    };
    await promisify(execFile)(this.python, [join(INTEROP, script), this.folder, requestFile, answerFile], { env, timeout: LONGEST_MS });
    return JSON.parse(await readFile(answerFile, 'utf8')) as Answer;
  }
}
