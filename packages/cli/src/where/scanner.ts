/** Text that is taken from its start, a pattern at a time; white space before a pattern is skipped. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What matches the pattern's source here, or null; then nothing is taken. */
  take(source: string): string | null {
    const pattern = new RegExp(String.raw`\s*(${source})`, "uy");
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[1];
  }

  /** What was not taken, without white space around it. */
  get rest(): string {
    return this.#text.slice(this.#at).trim();
  }
}
