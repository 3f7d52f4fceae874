/** The report as a reader has it: a real Chromium opens the file of a real experiment from the disk. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, skipReason } from './chromium.js';
import { reportedExperiment } from './report-rig.js';

/** Where screenshots go; none are taken without it. */
const SCREENSHOTS = process.env['BORNAGAIN_SCREENSHOTS'];

let browser: Browser;
let url: string;

/** Opens the page and hands it over with everything that it complained of or asked for. */
async function open(options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => complaints.push(...(request.url() === url ? [] : [`request: ${request.url()}`])));
  await page.goto(url);
  return { page, complaints };
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

const shownTexts = (page: Page, selector: string): Promise<string[]> => page.locator(`${selector}:visible`).allTextContents();
/** What scrolls of that table, as the page's own scripts would find it. */
const SPREADS = 'document.querySelector(\'[data-table="spreads"] .scroll\')';
const background = (page: Page): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');

describe.skipIf(skipReason !== '')(`the report in Chromium${skipReason === '' ? '' : `; skipped: ${skipReason}`}`, () => {
  beforeAll(async () => {
    browser = await launchChromium();
    const { written } = await reportedExperiment();
    url = pathToFileURL(resolve(written.file)).href;
  }, 120_000);
  afterAll(() => browser.close());

  it('opens without a complaint or a request, in light and dark, by the system and by hand', async () => {
    const { page, complaints } = await open({ colorScheme: 'light', viewport: { width: 1280, height: 900 } });
    const light = await background(page);
    await screenshot(page, 'desktop-light');
    await page.getByRole('button', { name: 'Dark colours' }).click();
    const dark = await background(page);
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: 'Light colours' }).click();
    expect(await background(page)).toBe(light);
    const bySystem = await open({ colorScheme: 'dark', viewport: { width: 1280, height: 900 } });
    expect(await background(bySystem.page)).toBe(dark);
    await screenshot(bySystem.page, 'desktop-dark');
    expect([...complaints, ...bySystem.complaints]).toEqual([]);
  });

  it('sorts a table by a column, both ways, and says so', async () => {
    const { page } = await open({});
    const table = page.locator('[data-table="spreads"]');
    const medians = async (): Promise<number[]> => {
      const cells = await table.locator('tbody tr td:nth-child(5)').all();
      return Promise.all(cells.map(async (cell) => Number(await cell.getAttribute('data-value'))));
    };
    const header = table.getByRole('columnheader', { name: 'median' });
    await header.getByRole('button').press('Enter');
    const ascending = (await medians()).sort((a, b) => a - b);
    expect(await medians()).toEqual(ascending);
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.getByRole('button').click();
    expect(await medians()).toEqual(ascending.reverse());
    expect(await page.locator('#said').textContent()).toBe('Sorted by median, descending');
  });

  it('filters a table by choice and by words', async () => {
    const { page } = await open({});
    const table = page.locator('[data-table="spreads"]');
    await table.getByLabel('task').selectOption('RTE');
    expect(await shownTexts(table.page(), '[data-table="spreads"] tbody th')).toEqual(['RTE', 'RTE', 'RTE', 'RTE']);
    await table.getByLabel('search').fill('lambda');
    expect(await shownTexts(page, '[data-table="spreads"] tbody tr td:nth-child(2)')).toEqual(['lambda-0']);
  });

  it('finds examples by task and by words, and shows more of them', async () => {
    const { page } = await open({});
    const items = page.locator('#browser li');
    expect(await items.count()).toBe(20);
    await page.getByRole('button', { name: 'Show more' }).click();
    expect(await items.count()).toBeGreaterThan(20);
    await page.locator('#browser').getByLabel('task').selectOption('MNLI');
    expect((await items.allTextContents()).every((text) => text.startsWith('MNLI'))).toBe(true);
    const word = (await items.first().locator('p').nth(1).textContent())?.split(' ').sort((a, b) => b.length - a.length)[0] ?? '';
    await page.locator('#browser').getByLabel('words').fill(word);
    expect(await items.count()).toBeGreaterThan(0);
    for (const text of await items.allTextContents()) expect(text.toLowerCase()).toContain(word.toLowerCase());
    await page.locator('#browser').getByLabel('words').fill('no such words');
    expect(await page.locator('#browser').getByRole('status').textContent()).toBe('0 of 0 shown');
  });

  it('fits a phone: nothing but tables is wider than the screen', async () => {
    const { page, complaints } = await open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true });
    await page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))");
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    await screenshot(page, 'phone');
    expect(complaints).toEqual([]);
  });

  it('keeps the names of the columns above those of the rows that pass below them', async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await page.evaluate(`${SPREADS}.scrollIntoView(); ${SPREADS}.scrollTo(0, 150)`);
    const box = await page.locator('[data-table="spreads"] thead th').first().boundingBox();
    const [x, y] = [(box?.x ?? NaN) + 10, (box?.y ?? NaN) + (box?.height ?? NaN) / 2];
    expect(await page.evaluate(`${SPREADS}.scrollTop`)).toBe(150);
    expect(await page.evaluate(`document.elementFromPoint(${x}, ${y}).closest('thead, tbody, nav').tagName`)).toBe('THEAD');
  });

  it('is printed whole and in the colours of the day, whatever the reader chose', async () => {
    const { page } = await open({ colorScheme: 'light' });
    const light = await background(page);
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.emulateMedia({ media: 'print' });
    expect(await background(page)).toBe(light);
    expect(await page.evaluate(`getComputedStyle(${SPREADS}).overflow`)).toBe('visible');
    const cells = `[...${SPREADS}.querySelectorAll('caption, thead th, tbody th')]`;
    expect(await page.evaluate(`[...new Set(${cells}.map((cell) => getComputedStyle(cell).position))]`)).toEqual(['static']);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await background(page)).toBe(light);
  });

  it('has no heading below another but by one level', async () => {
    const { page } = await open({});
    const levels = await page.evaluate<number[]>(
      "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(({ tagName }) => Number(tagName[1]))",
    );
    expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
  });

  it('can be read without seeing: each figure has a name, a description and its table', async () => {
    const { page } = await open({});
    const figures = page.locator('figure');
    expect(await figures.count()).toBeGreaterThan(8);
    for (const figure of await figures.all()) {
      expect(await figure.locator('figcaption').textContent()).not.toBe('');
      expect(await figure.locator('table').count()).toBe(1);
      for (const plot of await figure.locator('.plot [role=img]').all()) expect(await plot.getAttribute('aria-label')).toMatch(/\w/);
    }
    const ids = await page.evaluate<string[]>("[...document.querySelectorAll('[id]')].map(({ id }) => id)");
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins, for the keyboard, with the way past the navigation', async () => {
    const { page } = await open({});
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the results');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });
});
