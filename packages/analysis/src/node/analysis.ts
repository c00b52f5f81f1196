import { type DatasetName, datasetNames, type ImageDataset } from "@zoo/data";
import type { ImageSplit } from "@zoo/engine";
import type { EngineName, Executor } from "@zoo/engine/node";
import { type Json, type Zoo, ZooError } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { type ImageProbe, probeImages } from "../population/image-probe.ts";
import type { Selection } from "../population/selection.ts";
import { PieceStore } from "./piece-store.ts";

/** What a command works with: a part of a zoo, and the machine. Close it. */
export interface Analysis {
  /** The zoo's folder, as it was given. */
  readonly path: string;
  readonly zoo: Zoo;
  readonly selection: Selection;
  /** Every random number of an analysis comes from it. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Says what is being done and how much of it, in [0, 1], is done. */
  progress(what: string, share: number): void;
  /** `count` images of a split of the zoo's data set (`probeImages`). Loads the data set once. */
  images(split: ImageSplit, count: number): Promise<ImageProbe>;
  /** Opened at the first call. */
  executor(): Promise<Executor>;
  /** Where long work keeps what it has finished. parameters: all that the pieces follow from besides zoo, seed and engine. */
  pieces(command: string, parameters: { [key: string]: Json }): Promise<PieceStore>;
}

export interface AnalysisOptions {
  path: string;
  zoo: Zoo;
  selection: Selection;
  seed: number;
  signal: AbortSignal;
  progress: (what: string, share: number) => void;
  engine: EngineName;
  /** Worker threads; the cores unless given. */
  workers?: number | undefined;
  dataDir?: string | undefined;
}

/** Equips an analysis; images and engine are loaded when they are first asked for. */
export class EquippedAnalysis implements Analysis {
  readonly path: string;
  readonly zoo: Zoo;
  readonly selection: Selection;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: (what: string, share: number) => void;
  readonly #options: AnalysisOptions;
  readonly #world: World;
  #dataset: Promise<ImageDataset> | undefined;
  #executor: Promise<Executor> | undefined;

  constructor(options: AnalysisOptions, world: World) {
    ({
      path: this.path,
      zoo: this.zoo,
      selection: this.selection,
      seed: this.seed,
      signal: this.signal,
      progress: this.progress,
    } = options);
    this.#options = options;
    this.#world = world;
  }

  async images(split: ImageSplit, count: number): Promise<ImageProbe> {
    this.#dataset ??= loadImages(this.zoo, this.#options.dataDir, this.#world);
    return probeImages(await this.#dataset, split, count);
  }

  executor(): Promise<Executor> {
    const { engine, workers = this.#world.cores } = this.#options;
    if (this.#executor === undefined) this.progress("opening the engine", 0); // the first time of all it is compiled
    this.#executor ??= this.#world.openExecutor({ engine, workers, signal: this.signal });
    return this.#executor;
  }

  async pieces(command: string, parameters: { [key: string]: Json }): Promise<PieceStore> {
    const { id, numerics } = (await this.executor()).engine;
    const arithmetic = numerics.exact ? numerics.name : `${numerics.name} ${id}`;
    const key = {
      zoos: [this.zoo.sha256],
      command,
      parameters: { ...parameters, seed: this.seed, arithmetic },
      version: this.#world.maker.version,
    };
    return new PieceStore(key, this.#world.env);
  }

  async close(): Promise<void> {
    const executor = await this.#executor?.catch(() => undefined); // its failure was told where it was asked for
    await executor?.close();
  }
}

/** The images that the zoo was trained on. Throws ZooError where they are not to be had, or are others. */
async function loadImages({ manifest }: Zoo, dataDir: string | undefined, world: World): Promise<ImageDataset> {
  const { name, sha256 } = manifest.dataset;
  const looked = datasetNames.map(String);
  if (!looked.includes(name)) {
    const message = `the zoo was trained on ${name}, whose images this program cannot load; it knows ${looked.join(", ")}`;
    throw new ZooError("data-not-found", message, { dataset: name, looked });
  }
  const data = await world.loadDataset(name as DatasetName, { dataDir, env: world.env });
  const { input, classes } = manifest.architecture;
  const most = data.labels.reduce((a, b) => Math.max(a, b), 0);
  if (data.sha256 === sha256 && (data.shape.join() !== input.join() || most >= classes)) {
    const rule = `has images [${data.shape.join(", ")}] in ${most + 1} classes, but the zoo's networks take [${input.join(", ")}] in ${classes}`;
    throw new ZooError("bad-data", `${name} ${rule}`, { dataset: name, path: name, rule });
  }
  if (data.sha256 === sha256) return data;
  const rule = `has SHA-256 ${data.sha256}, but the zoo was trained on ${sha256}`;
  throw new ZooError("bad-data", `${name} ${rule}. Pass the right files with --data-dir`, {
    dataset: name,
    path: name,
    rule,
  });
}
