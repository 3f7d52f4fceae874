/** Tables and figures as markup. The page's script adds sorting and filtering to tables; without it they are whole all the same. */
import { renderSvg, themed } from '../charts/render.js';
import { seriesStyle } from '../charts/palette.js';
import type { Cell, DataTable } from '../data-table.js';
import { isNumeric } from '../table-files.js';
import { html, Markup, NOTHING } from './markup.js';
import type { Block, Figure, FigureGroup, LegendEntry } from './section.js';

export function renderBlock(block: Block): Markup {
  switch (block.kind) {
    case 'markup':
      return block.markup;
    case 'table':
      return block.folded === true ? fold(block.table.caption, renderTable(block.table)) : renderTable(block.table);
    case 'figures':
      return block.folded === true ? fold(block.caption, renderFigures(block)) : renderFigures(block);
  }
}

function fold(summary: string, content: Markup): Markup {
  return html`<details>
    <summary>${summary}</summary>
    ${content}
  </details> `;
}

function renderFigures({ id, caption, figures, legend, table }: FigureGroup): Markup {
  return html`<figure aria-labelledby="${id}-caption">
    <figcaption id="${id}-caption">${caption}</figcaption>
    ${renderLegend(legend)}
    <div class="plots">${figures.map(renderFigure)}</div>
    <details>
      <summary>The numbers as a table</summary>
      ${renderTable(table)}
    </details>
  </figure> `;
}

function renderFigure({ id, title, description, option, height }: Figure): Markup {
  const svg = themed(renderSvg(option, height), id).replace('<svg ', '<svg aria-hidden="true" focusable="false" ');
  return html`<div class="plot">
    <h3>${title}</h3>
    <div role="img" aria-label="${description}">${new Markup(svg)}</div>
  </div> `;
}

function renderLegend(legend: readonly LegendEntry[]): Markup {
  if (legend.length === 0) return NOTHING;
  const entries = legend.map(({ name, series }) => {
    const { glyph, property } = seriesStyle(series);
    return html`<li><span aria-hidden="true" style="color: var(${property})">${glyph}</span> ${name}</li>`;
  });
  return html`<ul class="legend" aria-label="Colours and shapes">
    ${entries}
  </ul> `;
}

export function renderTable({ id, caption, columns, rows, notes, filters = [] }: DataTable): Markup {
  const numeric = columns.map((_, column) => isNumeric(rows, column));
  const alignment = (column: number): Markup => (numeric[column] === true ? html` class="number"` : NOTHING);
  const head = columns.map((name, column) => html`<th scope="col" ${alignment(column)}>${name}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, column) => renderCell(cell, column === 0, alignment(column)))}
      </tr> `,
  );
  return html`<div class="table" data-table="${id}" data-filters="${filters.join(' ')}">
    <div class="scroll" role="region" aria-labelledby="${id}-title" tabindex="0">
      <table>
        <caption id="${id}-title">
          ${caption}
        </caption>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${notes.map((note) => html`<p class="note">${note}</p>`)}
  </div> `;
}

function renderCell({ text, value, title }: Cell, isHeader: boolean, alignment: Markup): Markup {
  const key = typeof value === 'number' ? html` data-value="${value}"` : NOTHING;
  const words = title === undefined ? NOTHING : html` title="${title}"`;
  return isHeader ? html`<th scope="row" ${alignment}${key}${words}>${text}</th>` : html`<td${alignment}${key}${words}>${text}</td>`;
}
