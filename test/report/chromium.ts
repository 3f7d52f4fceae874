/**
 * The Chromium that the report is opened in: CHROMIUM, or the first of the usual names on PATH. On CI its absence is a failure; elsewhere the
 * tests are skipped, with the reason in their name.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ADVICE = "no Chromium was found: 'apt-get install chromium' (Debian), or name one with CHROMIUM=/path";

function findChromium(): string | null {
  const given = process.env['CHROMIUM'];
  if (given !== undefined) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

const executablePath = findChromium();

/** Empty where there is a Chromium, or where its absence must be a failure. */
export const skipReason = executablePath !== null || process.env['CI'] !== undefined ? '' : ADVICE;

/** Throws where there is none. */
export function launchChromium(): Promise<Browser> {
  if (executablePath === null) throw new Error(ADVICE);
  // Root, as in containers, has no sandbox; the only page it opens is our own.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
