/** The page's own style sheet and scripts, as they lie in src: they are shipped as they are, and put into the page whole. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../../src/report/html/page/', import.meta.url);
const SCRIPTS = ['theme.js', 'tables.js', 'examples.js'];

export interface Assets {
  readonly style: string;
  readonly script: string;
  /** Of the script, as a content security policy names it. */
  readonly scriptHash: string;
}

export function readAssets(): Assets {
  const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
  // Each in a scope of its own: they share no name.
  const script = `'use strict';\n${SCRIPTS.map((name) => `{\n${read(name)}}\n`).join('')}`;
  return { style: read('page.css'), script, scriptHash: createHash('sha256').update(script).digest('base64') };
}
