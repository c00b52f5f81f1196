import { count, duration, percent, plural } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import type { Plan } from "../recipe/plan.ts";
import type { ShardSaved } from "./train.ts";

const REDRAW_MS = 250;

/**
 * One line on stderr that is drawn again and again where it is a terminal; elsewhere a line per finished shard.
 * `trainImages` is the number of images of an epoch.
 */
export class Progress {
  readonly #plan: Plan;
  readonly #trainImages: number;
  readonly #world: World;
  readonly #started: number;
  readonly #timer: NodeJS.Timeout | null;
  readonly #accuracies = new Map<ShardSaved["shard"], number>();
  #kept = 0;
  #trained = 0;
  #modelsDone = 0;
  #lastEpoch = 0;
  #drawn = false;

  constructor(plan: Plan, trainImages: number, world: World) {
    this.#plan = plan;
    this.#trainImages = trainImages;
    this.#world = world;
    this.#started = world.now();
    this.#timer = world.stderr.isTTY ? setInterval(() => this.#draw(), REDRAW_MS) : null;
  }

  /** Model-samples trained since the last call. */
  samples(n: number): void {
    this.#trained += n;
  }

  saved({ shard, epoch, test_acc }: ShardSaved): void {
    // What an earlier process trained.
    if (!this.#accuracies.has(shard)) this.#kept += epoch * shard.models.length * this.#trainImages;
    this.#accuracies.set(shard, test_acc);
    this.#lastEpoch = epoch;
  }

  published(shard: ShardSaved["shard"]): void {
    this.#modelsDone += shard.models.length;
    if (this.#timer === null) this.#print(`${this.#text()}\n`);
  }

  /** Model-samples per second since the start. */
  get rate(): number {
    return (1000 * this.#trained) / Math.max(1, this.#world.now() - this.#started);
  }

  get seconds(): number {
    return (this.#world.now() - this.#started) / 1000;
  }

  /** Removes the line, so that something else can be printed. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#drawn) this.#print("\r\x1b[2K");
    this.#drawn = false;
  }

  #text(): string {
    const { models, epochs } = this.#plan;
    const total = models.length * epochs * this.#trainImages;
    const left = Math.max(0, total - this.#kept - this.#trained);
    const measured = [...this.#accuracies].filter(([, accuracy]) => !Number.isNaN(accuracy));
    const weight = measured.reduce((sum, [{ models }]) => sum + models.length, 0);
    const accuracy = measured.reduce((sum, [{ models }, accuracy]) => sum + models.length * accuracy, 0) / weight;
    const parts = [
      `${count(this.#modelsDone)} of ${plural(models.length, "model")} done`,
      `epoch ${this.#lastEpoch} of ${epochs}`,
      `${count(this.rate)} model-samples/s`,
      `test accuracy ${percent(accuracy)}`,
      this.#trained === 0 ? "" : `${duration(left / this.rate)} left`,
    ];
    return parts.filter((part) => part !== "").join(", ");
  }

  #draw(): void {
    const width = Math.max(20, (this.#world.stderr.columns ?? 80) - 1);
    this.#print(`\r\x1b[2K${this.#text().slice(0, width)}`);
    this.#drawn = true;
  }

  #print(text: string): void {
    this.#world.stderr.write(text);
  }
}
