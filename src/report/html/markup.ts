/** HTML as a tagged template: everything that is put in is escaped, unless it is such markup itself. */

export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Part = Markup | string | number;

export function html(strings: TemplateStringsArray, ...parts: readonly (Part | readonly Part[])[]): Markup {
  const texts = parts.map((part) => (Array.isArray(part) ? (part as Part[]).map(render).join('') : render(part as Part)));
  return new Markup(strings.map((string, index) => string + (texts[index] ?? '')).join(''));
}

export const NOTHING = new Markup('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function render(part: Part): string {
  return part instanceof Markup ? part.text : String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A value as the content of `<script type="application/json">`: no `</script>` can end it. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/\u2028/g, '\\u2028')
      .replace(/\u2029/g, '\\u2029'),
  );
}
