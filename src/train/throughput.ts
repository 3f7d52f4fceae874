/** Tokens per second of wall time over the last steps: smooth enough to read, quick enough to follow a change. */
const WINDOW = 20;

export class Throughput {
  readonly #marks: { readonly tokens: number; readonly milliseconds: number }[] = [];

  constructor(start: number = performance.now()) {
    this.#marks.push({ tokens: 0, milliseconds: start });
  }

  /** @param milliseconds when the step ended, on the clock of `performance.now` */
  add(tokens: number, milliseconds: number): void {
    this.#marks.push({ tokens, milliseconds });
    if (this.#marks.length > WINDOW + 1) this.#marks.shift();
  }

  get tokensPerSecond(): number {
    // The first mark only says when the window begins; its own tokens lie before it.
    const tokens = this.#marks.slice(1).reduce((sum, mark) => sum + mark.tokens, 0);
    const milliseconds = (this.#marks.at(-1)?.milliseconds ?? 0) - (this.#marks[0]?.milliseconds ?? 0);
    return milliseconds > 0 ? (tokens / milliseconds) * 1000 : 0;
  }
}
