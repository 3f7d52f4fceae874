/** The page as a whole: one file that asks for nothing else, which its content security policy makes sure of. */
import { formatPlural } from '../../util/format.js';
import { packageVersion } from '../../util/package-version.js';
import type { LoadedExperiment } from '../load/experiment.js';
import { readAssets } from './assets.js';
import { renderBlock } from './blocks.js';
import { html, Markup } from './markup.js';
import type { Section } from './section.js';

export function renderPage(experiment: LoadedExperiment, sections: readonly Section[]): string {
  const { style, script, scriptHash } = readAssets();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`;
  const title = `BAM experiment: ${experiment.config.preset === 'custom' ? 'own settings' : experiment.config.preset}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${element('style', style)}
      </head>
      <body>
        <a class="skip" href="#main">To the results</a>
        <header>
          <div>
            <h1>${title}</h1>
            <p>${subtitle(experiment)}</p>
          </div>
          <button type="button" id="theme" hidden></button>
        </header>
        <nav aria-label="Sections">
          <ul>
            ${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li> `)}
          </ul>
        </nav>
        <main id="main" tabindex="-1">${sections.map(renderSection)}</main>
        <footer><p>Made by bornagain ${packageVersion()}. Tables as Markdown and CSV and figures as SVG lie beside this file.</p></footer>
        <p id="said" class="unseen" role="status"></p>
        ${element('script', script)}
      </body>
    </html> `.text.trimStart();
}

/** Its content to the byte: the policy has the script's hash. */
function element(name: 'style' | 'script', content: string): Markup {
  return new Markup(`<${name}>${content}</${name}>`);
}

function subtitle({ config, results, runs }: LoadedExperiment): string {
  return [
    formatPlural(results.summary.length, 'arm'),
    formatPlural(config.tasks.length, 'task'),
    formatPlural(config.seeds.length, 'seed'),
    formatPlural(runs.length, 'model'),
  ].join(' · ');
}

function renderSection({ id, title, intro, blocks }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">${title}</h2>
    ${intro.map((paragraph) => html`<p>${paragraph}</p>`)} ${blocks.map(renderBlock)}
  </section> `;
}
