import { count, leftAtRate, ProgressLine, percent, plural } from "@zoo/cli";
import type { World } from "../cli/world.ts";
import type { Plan } from "../recipe/plan.ts";
import type { ShardSaved } from "./train-options.ts";

/** How far a zoo is, as a ProgressLine with a line of a log per finished shard. `trainImages` are the images of an epoch. */
export class Progress {
  readonly #plan: Plan;
  readonly #trainImages: number;
  readonly #world: World;
  readonly #started: number;
  readonly #line: ProgressLine;
  /** Of the shards that this process trains or has trained, by index. */
  readonly #saved = new Map<number, { models: number; test_acc: number }>();
  #keptSamples = 0;
  #trained = 0;
  #modelsDone = 0;
  #lastEpoch = 0;

  constructor(plan: Plan, trainImages: number, world: World) {
    this.#plan = plan;
    this.#trainImages = trainImages;
    this.#world = world;
    this.#started = world.now();
    this.#line = new ProgressLine(world, () => this.#text());
  }

  /** Model-samples trained since the last call. */
  samples(n: number): void {
    this.#trained += n;
  }

  saved({ shard, epoch, test_acc }: ShardSaved): void {
    const models = shard.models.length;
    // What an earlier process trained.
    if (!this.#saved.has(shard.index)) this.#keptSamples += epoch * models * this.#trainImages;
    this.#saved.set(shard.index, { models, test_acc });
    this.#lastEpoch = epoch;
  }

  /** A shard is done; by another process, or before this one, if `elsewhere`. */
  published(index: number, elsewhere: boolean): void {
    const models = this.#plan.shards.idsOf(index).length;
    this.#modelsDone += models;
    if (elsewhere) this.#keptSamples += this.#plan.epochs * models * this.#trainImages;
    else this.#line.milestone();
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
    this.#line.close();
  }

  #text(): string {
    const { models, epochs } = this.#plan;
    const total = models.length * epochs * this.#trainImages;
    const left = Math.max(0, total - this.#keptSamples - this.#trained);
    let [weight, accuracy] = [0, 0];
    for (const { models, test_acc } of this.#saved.values()) {
      weight += models;
      accuracy += models * test_acc;
    }
    const parts = [
      `${count(this.#modelsDone)} of ${plural(models.length, "model")} done`,
      `epoch ${this.#lastEpoch} of ${epochs}`,
      `${count(this.rate)} model-samples/s`,
      `test accuracy ${percent(accuracy / weight)}`,
      leftAtRate(left, this.rate),
    ];
    return parts.filter((part) => part !== "").join(", ");
  }
}
