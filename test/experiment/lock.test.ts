import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { withLock, withReportLock } from '../../src/experiment/lock.js';
import { isAlive, readHolder, SILENT_AFTER_MS, type Holder } from '../../src/experiment/lock-holder.js';
import { temporaryFolder } from '../train/tiny-model.js';

const lockOf = (folder: string, holder: object): Promise<void> => writeFile(join(folder, 'lock.json'), JSON.stringify(holder));

async function held(folder: string): Promise<Holder> {
  const holder = await readHolder(join(folder, 'lock.json'));
  if (holder === null) throw new Error('nobody holds the lock');
  return holder;
}

describe('withLock', () => {
  it('holds the folder while it works, and leaves nothing behind', async () => {
    const folder = join(await temporaryFolder(), 'new');
    const inside = await withLock(folder, async () => {
      await expect(withLock(folder, async () => {})).rejects.toMatchObject({
        code: 'ERR_LOCKED',
        message: expect.stringContaining(`process ${process.pid}`),
      });
      return readdir(folder);
    });
    expect(inside).toEqual(['lock.json']);
    expect(await readdir(folder)).toEqual([]);
    await expect(withLock(folder, () => Promise.reject(new Error('the work failed')))).rejects.toThrow('the work failed');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a process that is gone, and from another process with its number', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const folder = await temporaryFolder();
    await lockOf(folder, { pid: child.pid, host: hostname(), started: null });
    expect(await withLock(folder, () => Promise.resolve('mine'))).toBe('mine');
    if (process.platform !== 'linux') return;
    await lockOf(folder, { pid: process.pid, host: hostname(), started: '1' });
    expect(await withLock(folder, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('is held by one alone where several find the lock of a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const folder = await temporaryFolder();
    for (let round = 0; round < 20; round += 1) {
      await lockOf(folder, { pid: child.pid, host: hostname(), started: null });
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        most = Math.max(most, (inside += 1));
        await setTimeout(20);
        inside -= 1;
      };
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => withLock(folder, work)));
      expect(most).toBe(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ERR_LOCKED' });
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("leaves a lock that is another process's by now", async () => {
    const folder = await temporaryFolder();
    const other = { pid: 1, host: 'another-machine', started: null };
    await expect(withLock(folder, () => lockOf(folder, other))).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(JSON.parse(await readFile(join(folder, 'lock.json'), 'utf8'))).toEqual(other);
  });

  it('is respected where its process cannot be asked, though here none has its number', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const folder = await temporaryFolder();
    await lockOf(folder, { pid: child.pid, host: 'another-machine', started: null });
    await expect(withLock(folder, async () => {})).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringContaining('another-machine'),
    });
  });
});

describe('a process that cannot be asked', () => {
  const places: [place: string, holder: object, named: string][] = [
    ['on another machine', { pid: 1, host: 'another-machine', started: null, namespace: null }, 'process 1 on another-machine'],
    ['in another container', { pid: 1, host: hostname(), started: '1', namespace: 'pid:[1]' }, 'in another container'],
  ];

  it.each(places)('%s keeps its lock while it gives signs of life, and loses it when it is silent', async (_, holder, named) => {
    const folder = await temporaryFolder();
    await lockOf(folder, holder);
    await expect(withLock(folder, async () => {})).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringMatching(new RegExp(`${named}.*if it was killed, the same command takes over 5 minutes later`)) as string,
    });
    expect(isAlive(await held(folder), SILENT_AFTER_MS - 1)).toBe(true);
    expect(isAlive(await held(folder), SILENT_AFTER_MS)).toBe(false);
  });

  it('of a version that gave none keeps it', async () => {
    const folder = await temporaryFolder();
    await lockOf(folder, { pid: 1, host: 'another-machine', started: null });
    expect(isAlive(await held(folder), 1e9)).toBe(true);
  });

  it('may be a thread of this one that was ended', async () => {
    const folder = await temporaryFolder();
    await withLock(folder, async () => {
      const own = await held(folder);
      expect(isAlive(own, 0)).toBe(true);
      expect(isAlive(own, SILENT_AFTER_MS)).toBe(false);
      await expect(withLock(folder, async () => {})).rejects.toThrow(/which is this one: another call, or a thread that was ended/);
    });
  });

  it('touches its lock while it holds it, which leaves the time at which that was taken', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const folder = await temporaryFolder();
    const path = join(folder, 'lock.json');
    await withLock(folder, async () => {
      const before = await stat(path);
      await vi.advanceTimersByTimeAsync(20_000);
      await vi.waitFor(async () => {
        expect((await stat(path)).ctimeMs).toBeGreaterThan(before.ctimeMs);
      });
      const wholeMs = Math.floor(before.mtimeMs);
      expect((await stat(path)).mtimeMs).toBeCloseTo(wholeMs + 0.25, 2);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(Math.floor((await stat(path)).mtimeMs)).toBe(wholeMs);
    });
    vi.useRealTimers();
  });
});

it('tells that the folder was removed under the work', async () => {
  const folder = join(await temporaryFolder(), 'out');
  await expect(withLock(folder, () => rm(folder, { recursive: true }))).rejects.toThrow(/lock\.json was removed or replaced while/);
});

describe('withReportLock', () => {
  it('lets any number work, one after the other, beside whoever works on the folder', async () => {
    const folder = await temporaryFolder();
    let inside = 0;
    let most = 0;
    const work = async (turn: number): Promise<number> => {
      most = Math.max(most, (inside += 1));
      await setTimeout(10);
      inside -= 1;
      return turn;
    };
    const turns = Array.from({ length: 12 }, (_, turn) => turn);
    const done = await withLock(folder, () => Promise.all(turns.map((turn) => withReportLock(folder, () => work(turn)))));
    expect(done).toEqual(turns);
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('names the process that holds it for too long', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'report.lock.json'), JSON.stringify({ pid: 1, host: 'another-machine', started: null }));
    const told: string[] = [];
    const waiting = { patienceMs: 0, onWait: (message: string) => told.push(message) };
    await expect(withReportLock(folder, async () => {}, waiting)).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringMatching(
        /^The report of .* process 1 on another-machine\. Wait for it, or stop it .*remove .*report\.lock\.json/,
      ),
    });
    expect(told).toEqual([`waiting for process 1 on another-machine, which writes the report of ${folder}`]);
  });
});
