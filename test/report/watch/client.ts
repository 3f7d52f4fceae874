/** Requests as they are, without the tidying that `fetch` does to a path, and the stream of states. */
import { request } from 'node:http';
import type { ExperimentState } from '../../../src/experiment/observe/state.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export function ask(url: string, path: string, { method = 'GET', host }: { method?: string; host?: string } = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

export interface Stream {
  readonly states: readonly ExperimentState[];
  /** Resolved when the server has ended the stream; true where it said so before. */
  readonly ended: Promise<boolean>;
}

/** Listens to the server-sent events from now on. */
export function listen(url: string): Stream {
  const states: ExperimentState[] = [];
  const ended = fetch(new URL('/events', url)).then(async (response) => {
    let [text, said] = ['', false];
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes as Uint8Array).toString('utf8');
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const [first = '', second = ''] = message.split('\n');
        if (first === 'event: state') states.push(JSON.parse(second.replace(/^data: /, '')) as ExperimentState);
        if (first === 'event: end') said = true;
      }
    }
    return said;
  });
  return { states, ended };
}
