/** What the live page's server gives out, and to whom: real requests against a folder with secrets beside it and links to them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentState } from '../../../src/experiment/observe/state.js';
import { WatchServer } from '../../../src/report/watch/server.js';
import { temporaryFolder } from '../../train/tiny-model.js';
import { ask } from './client.js';

const SECRET = 'nobody is to read this';
const RUN = 'single/rte/seed-1';
const LINKED = 'single/mnli/seed-1';
const ELSEWHERE = 'single/stsb/seed-1';
let server: WatchServer;

const plan = (runId: string) => ({ runId, arm: 'single', tasks: ['rte'], seed: 1, steps: 10, tokens: 100 });
const finished = (runId: string) => ({ ...plan(runId), scores: { rte: { accuracy: 0.5 } }, average: 0.5, seconds: 1 });

beforeAll(async () => {
  const around = await temporaryFolder();
  const outDir = join(around, 'out');
  await mkdir(join(outDir, 'runs', RUN), { recursive: true });
  await mkdir(join(outDir, 'runs', LINKED), { recursive: true });
  await writeFile(join(around, 'secret'), SECRET);
  await writeFile(join(outDir, 'lock.json'), SECRET);
  await writeFile(join(outDir, 'results.json'), '{"runs":[]}');
  await writeFile(join(outDir, 'runs', RUN, 'steps.jsonl'), '{"step":1}\n');
  await writeFile(join(outDir, 'runs', RUN, 'run.json'), SECRET);
  await symlink(join(around, 'secret'), join(outDir, 'runs', LINKED, 'steps.jsonl'));
  await writeFile(join(around, 'steps.jsonl'), SECRET);
  await mkdir(join(outDir, 'runs', 'single', 'stsb'));
  await symlink(around, join(outDir, 'runs', ELSEWHERE));
  server = await WatchServer.start(outDir, 0);
  const state: ExperimentState = {
    ...{ folder: outDir, phase: 'ended', pid: null, planned: 3, running: [], failed: [], secondsLeft: null, summary: [], averaged: [] },
    finished: [RUN, LINKED, ELSEWHERE].map(finished),
  };
  server.publish(state);
});
afterAll(() => server.close());

describe('the live page', () => {
  it.each([
    ['/', 'text/html'],
    ['/watch.css', 'text/css'],
    ['/watch.js', 'text/javascript'],
    ['/state.json', 'application/json'],
    ['/results.json', 'application/json'],
    [`/runs/${RUN}/steps.jsonl`, 'application/jsonl'],
  ])('answers %s with %s, and tells the browser to take nothing from elsewhere', async (path, type) => {
    const { status, headers } = await ask(server.url, path);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain(type);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('asks for nothing that is not its own', async () => {
    for (const path of ['/', '/watch.css', '/watch.js']) {
      const { body } = await ask(server.url, path);
      expect(body.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/);
    }
  });

  it.each([
    '/../secret',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/%2e%2e%2fsecret',
    '/..\\secret',
    '//etc/passwd',
    '/etc/passwd',
    '/runs/../../secret',
    `/runs/${RUN}/../../../../../secret`,
    `/runs/${RUN}/..%2f..%2f..%2f..%2f..%2fsecret`,
    `/runs/${RUN}/run.json`,
    `/runs/${RUN}/model/model.safetensors`,
    `/runs/${RUN}/steps.jsonl%00`,
    `/runs/${RUN}/`,
    `/runs/${encodeURIComponent(RUN)}/steps.jsonl`,
    '/runs/single/qnli/seed-1/steps.jsonl',
    '/lock.json',
    '/server.ts',
    '/watch.js/../index.html',
    '/index.html',
    '/%zz',
    '*',
  ])('has no %s', async (path) => {
    const { status, body } = await ask(server.url, path);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain(SECRET);
  });

  it.each([LINKED, ELSEWHERE])('refuses a link out of the folder: %s', async (runId) => {
    const { status, body } = await ask(server.url, `/runs/${runId}/steps.jsonl`);
    expect(status).toBe(403);
    expect(body).toContain('leads out of');
    expect(body).not.toContain(SECRET);
  });

  it.each(['example.org', 'example.org:80', '127.0.0.1', '127.0.0.1:1', '0.0.0.0:80', 'localhost.example.org', 'evil'])(
    'refuses a request to the host %j',
    async (host) => {
      for (const path of ['/', '/state.json', '/events']) {
        const { status, body } = await ask(server.url, path, { host });
        expect(status).toBe(403);
        expect(body).not.toContain('single');
      }
    },
  );

  it('is served to localhost by name too', async () => {
    expect(await ask(server.url, '/', { host: `localhost:${new URL(server.url).port}` })).toMatchObject({ status: 200 });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('has nothing for %s', async (method) => {
    expect(await ask(server.url, '/', { method })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });

  it('listens on loopback only', () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(server.url).port);
    const error = { code: 'ERR_USAGE', message: expect.stringContaining(`--port ${port}: another program listens there`) };
    await expect(WatchServer.start('anywhere', port)).rejects.toMatchObject(error);
  });
});
