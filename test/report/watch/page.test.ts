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
    const multi = { ...resultOf('multi', 1, { rte: 0.6, mnli: 0.8, wnli: 0.5 }), mismatched: { mnli: { accuracy: 0.81 } } };
    const runs = [resultOf('rte-alone', 1, { rte: 0.7 }), multi];
    server.publish({
      ...{ folder, phase: 'ended', pid: null, planned: 0, running: [], finished: [], failed: [], secondsLeft: null },
      ...{ summary: summarise(runs, configSchema.parse({})), averaged: ['rte', 'mnli'] },
    });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('has no average for an arm of fewer tasks than another, and marks what it leaves out', async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.locator('#results tbody tr').first().waitFor();
    const rows = await page.evaluate<string[][]>(
      "[...document.querySelectorAll('#results tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))",
    );
    expect(rows).toEqual([
      ['rte (accuracy)', '70.0', '60.0'],
      ['mnli (accuracy)', '–', '80.0'],
      ['mnli-mm (accuracy) *', '–', '81.0'],
      ['wnli (accuracy) *', '–', '50.0'],
      ['average of 2', '–', '70.0'],
    ]);
    expect(await page.locator('#results-mark').isVisible()).toBe(true);
  });
});
