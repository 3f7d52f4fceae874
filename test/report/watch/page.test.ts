/** The live page in a real Chromium: what it makes of a state. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.js';
import { summarise } from '../../../src/experiment/summary.js';
import { WatchServer } from '../../../src/report/watch/server.js';
import { temporaryFolder } from '../../train/tiny-model.js';
import { launchChromium, skipReason } from '../chromium.js';
import { resultOf } from '../made-experiment.js';

describe.skipIf(skipReason !== '')(`the live page in Chromium${skipReason === '' ? '' : `; skipped: ${skipReason}`}`, () => {
  let browser: Browser;
  let server: WatchServer;
  beforeAll(async () => {
    browser = await launchChromium();
    const folder = await temporaryFolder();
    server = await WatchServer.start(folder, 0);
    const runs = [resultOf('rte-alone', 1, { rte: 0.7 }), resultOf('multi', 1, { rte: 0.6, mrpc: 0.8 })];
    server.publish({
      ...{ folder, phase: 'ended', pid: null, planned: 0, running: [], finished: [], failed: [], secondsLeft: null },
      summary: summarise(runs, configSchema.parse({})),
    });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('has no average for an arm of fewer tasks than another', async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.locator('#results tbody tr').first().waitFor();
    const rows = await page.evaluate<string[][]>(
      "[...document.querySelectorAll('#results tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))",
    );
    expect(rows).toEqual([
      ['rte (accuracy)', '70.0', '60.0'],
      ['mrpc (accuracy)', '–', '80.0'],
      ['average', '–', '70.0'],
    ]);
  });
});
