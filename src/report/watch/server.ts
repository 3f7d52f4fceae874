/**
 * The live page's server. It listens on loopback only and answers a fixed list of routes; a request's path is compared with that list and
 * never becomes a file's path. A request that names another host is refused, so that no web page can reach it through a name of its own
 * that resolves to this machine (DNS rebinding).
 */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExperimentState } from '../../experiment/observe/state.js';
import { runFolder } from '../../experiment/sources.js';
import { LOG_FILES } from '../../train/run-log.js';
import { BornAgainError } from '../../util/errors.js';
import { resolveInside } from '../../util/inside-folder.js';
import { ifThere } from '../../util/if-there.js';
import { errnoOf } from '../../util/io-error.js';

const LOOPBACK = '127.0.0.1';
/** Proxies and browsers drop a stream that is silent for long. */
const HEARTBEAT_MS = 15_000;

/** The page is served as it stands in the source folder, which the package has too. */
const PAGE = fileURLToPath(new URL('../../../src/report/watch/page/', import.meta.url));

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** What a route answers with: a file of the page, or one of the experiment's folder. */
interface Route {
  readonly type: string;
  readonly file: { readonly folder: string; readonly path: string };
}

export class WatchServer {
  private readonly server: Server;
  private readonly listeners = new Set<ServerResponse>();
  private readonly heartbeat: NodeJS.Timeout;
  private state: ExperimentState | null = null;
  private port = 0;

  private constructor(private readonly outDir: string) {
    this.server = createServer((request, response) => void this.answer(request, response));
    this.heartbeat = setInterval(() => this.send(': still here\n\n'), HEARTBEAT_MS).unref();
  }

  /**
   * @param port 0 takes any that is free
   * @throws BornAgainError ERR_USAGE where the port is taken or not allowed
   */
  static async start(outDir: string, port: number): Promise<WatchServer> {
    const watch = new WatchServer(outDir);
    await new Promise<void>((resolve, reject) => {
      watch.server.once('error', (error) => reject(portError(port, error)));
      watch.server.listen(port, LOOPBACK, resolve);
    });
    watch.port = (watch.server.address() as AddressInfo).port;
    return watch;
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}/`;
  }

  /** Every page that is open is told, and every one that is opened later. */
  publish(state: ExperimentState): void {
    this.state = state;
    this.send(stateMessage(state));
  }

  /** Tells the open pages that nothing more will come, and ends. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    for (const response of this.listeners) response.end('event: end\ndata: {}\n\n');
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeIdleConnections();
      // What a page does not read is not waited for.
      setTimeout(() => this.server.closeAllConnections(), 500).unref();
    });
  }

  private send(message: string): void {
    for (const response of this.listeners) response.write(message);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.route(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else if (error instanceof BornAgainError && error.code === 'ERR_OUTPUT_FOLDER') refuse(response, 403, error.message);
      else refuse(response, 500, error instanceof Error ? error.message : String(error));
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (![`${LOOPBACK}:${this.port}`, `localhost:${this.port}`].includes(request.headers.host ?? '')) {
      return refuse(response, 403, `this page is served to ${this.url} only`);
    }
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      return refuse(response, 405, 'there is nothing here but to read');
    }
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '/events') return this.subscribe(response);
    if (path === '/state.json') return send(response, 'application/json; charset=utf-8', JSON.stringify(this.state));
    const route = this.routes().get(path);
    if (route === undefined) return refuse(response, 404, 'there is no such page');
    const content = await contentOf(route);
    if (content === null) return refuse(response, 404, 'it is not there yet');
    send(response, route.type, content);
  }

  /** Everything but the two that come from memory. */
  private routes(): Map<string, Route> {
    const own = (path: string, type: string): Route => ({ type, file: { folder: PAGE, path } });
    const routes = new Map([
      ['/', own('index.html', 'text/html; charset=utf-8')],
      ['/watch.css', own('watch.css', 'text/css; charset=utf-8')],
      ['/watch.js', own('watch.js', 'text/javascript; charset=utf-8')],
      ['/results.json', { type: 'application/json; charset=utf-8', file: { folder: this.outDir, path: 'results.json' } }],
    ]);
    const { running = [], finished = [], failed = [] } = this.state ?? {};
    for (const { runId } of [...running, ...finished, ...failed]) {
      for (const name of Object.values(LOG_FILES)) {
        const file = { folder: this.outDir, path: join(runFolder('', runId), name) };
        routes.set(encodeURI(`/runs/${runId}/${name}`), { type: 'application/jsonl; charset=utf-8', file });
      }
    }
    return routes;
  }

  private subscribe(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.write('retry: 2000\n\n');
    if (this.state !== null) response.write(stateMessage(this.state));
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }
}

const stateMessage = (state: ExperimentState): string => `event: state\ndata: ${JSON.stringify(state)}\n\n`;

function send(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, { 'Content-Type': type });
  response.end(content);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

/** Null where there is no such file. Throws ERR_OUTPUT_FOLDER where it leads outside, ERR_IO. */
async function contentOf({ file: { folder, path } }: Route): Promise<Buffer | null> {
  const real = await resolveInside(folder, path);
  if (real === null) return null;
  return ifThere(real, async () => {
    // The last part has been resolved: a link that has taken its place since is not followed.
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await readFile(handle);
    } finally {
      await handle.close();
    }
  });
}

function portError(port: number, error: Error): BornAgainError {
  const reason = { EADDRINUSE: 'another program listens there', EACCES: 'this user may not listen there' }[errnoOf(error)] ?? error.message;
  return new BornAgainError('ERR_USAGE', `--port ${port}: ${reason}; choose another, or leave it out for any that is free`, { port });
}
