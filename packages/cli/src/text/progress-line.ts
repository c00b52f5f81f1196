import { printable } from "@zoo/format";
import type { World } from "../program/world.ts";

const REDRAW_MS = 250;
const ERASE = "\r\x1b[2K";

/**
 * How far the work is, on stderr: on a terminal one line, drawn again every 250 ms and cut to the terminal's width;
 * elsewhere lines of a log, at milestones and, where `logEveryMs` is given, at that interval. `text` is asked each time.
 */
export class ProgressLine {
  readonly #stderr: World["stderr"];
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout | null;
  #drawn = false;

  constructor({ stderr }: Pick<World, "stderr">, text: () => string, logEveryMs?: number) {
    this.#stderr = stderr;
    this.#text = text;
    const everyMs = stderr.isTTY ? REDRAW_MS : logEveryMs;
    this.#timer = everyMs === undefined ? null : setInterval(() => this.#show(), everyMs).unref();
  }

  /** Something worth a line in a log happened. A terminal shows it at the next redrawing. */
  milestone(): void {
    if (!this.#stderr.isTTY) this.#show();
  }

  /** Prints a line that stays; the progress goes on below it. */
  say(line: string): void {
    this.#erase();
    this.#stderr.write(`${printable(line)}\n`);
  }

  /** Removes the line, so that something else can be printed. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#erase();
  }

  #show(): void {
    const text = printable(this.#text());
    if (!this.#stderr.isTTY) {
      this.#stderr.write(`${text}\n`);
      return;
    }
    const width = Math.max(1, (this.#stderr.columns || 80) - 1); // some terminals say 0
    this.#stderr.write(`${ERASE}${Array.from(text).slice(0, width).join("")}`);
    this.#drawn = true;
  }

  #erase(): void {
    if (this.#drawn) this.#stderr.write(ERASE);
    this.#drawn = false;
  }
}
