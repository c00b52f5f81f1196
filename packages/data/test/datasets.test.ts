import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { isZooError } from "@zoo/format";
import { describe, expect, type TestContext, test } from "vitest";
import { type DatasetName, type ImageDataset, type LoadOptions, loadDataset } from "../src/datasets.ts";
import { torchRandomSplit } from "../src/torch-random.ts";
import { file, serve } from "./server.ts";
import { failure, goldens, need, scratch, skip } from "./support.ts";

const sha256 = (bytes: Uint8Array | Int32Array): string => createHash("sha256").update(bytes).digest("hex");

/** Looks in `dataDir` and nowhere else. */
async function only(dataDir: string): Promise<LoadOptions> {
  const empty = await scratch();
  return { dataDir, env: {}, cacheDir: empty, systemDir: empty, download: false };
}

/** Loads from ZOO_DATA_DIR, once for all tests. */
async function load(context: TestContext, name: "mnist" | "usps"): Promise<ImageDataset> {
  const options = await only(need(context, "data", "ZOO_DATA_DIR"));
  return (loaded[name] ??= loadDataset(name, options));
}

const loaded: Partial<Record<DatasetName, Promise<ImageDataset>>> = {};

/** The bytes of image i, as a string to compare. */
function key({ images }: ImageDataset, i: number): string {
  return Buffer.from(images.subarray(i * 784, (i + 1) * 784)).toString("latin1");
}

function counts(labels: Uint8Array): number[] {
  const out = Array<number>(10).fill(0);
  for (const label of labels) out[label]++;
  return out;
}

describe("mnist", () => {
  test("has the published images, labels and classes, on shared memory", async (context) => {
    const data = await load(context, "mnist");
    expect([data.name, data.shape, data.classes]).toEqual(["mnist", [1, 28, 28], 10]);
    expect(data.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(data.images.byteOffset).toBe(0);
    expect(data.images).toHaveLength(70_000 * 784);
    expect(counts(data.labels.subarray(0, 60_000))).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(counts(data.labels.subarray(60_000))).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(data.sha256).toBe(goldens.data.mnist.sha256);
    expect(sha256(Buffer.concat([data.images, data.labels]))).toBe(data.sha256);
    expect(data.sources.map(({ bytes }) => bytes)).toEqual([9_912_422, 28_881, 1_648_877, 4_542]);
  });

  test("has PyTorch's split of the train part, and the test part as it is", async (context) => {
    const { splits } = await load(context, "mnist");
    expect([sha256(splits.train), sha256(splits.val)]).toEqual(goldens.random_split[0].sha256);
    expect([splits.train.length, splits.val.length, splits.test.length]).toEqual([50_000, 10_000, 10_000]);
    expect([splits.test[0], splits.test[9_999]]).toEqual([60_000, 69_999]);
  });

  test("loads from unpacked files too, and from torchvision's folder", async (context) => {
    const from = join(need(context, "data", "ZOO_DATA_DIR"), "mnist");
    const root = await scratch();
    await mkdir(join(root, "MNIST", "raw"), { recursive: true });
    for (const name of ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]) {
      const bytes = gunzipSync(await readFile(join(from, `${name}-ubyte.gz`)));
      await writeFile(join(root, "MNIST", "raw", `${name}-ubyte`), bytes);
    }
    expect((await loadDataset("mnist", await only(root))).sha256).toBe(goldens.data.mnist.sha256);
  });

  test("holds the images of mnist-10k: exactly its first 10,000", async (context) => {
    const mnist = await load(context, "mnist");
    const small = await loadDataset("mnist-10k");
    const labelOf = new Map(Array.from({ length: 10_000 }, (_, i) => [key(mnist, i), mnist.labels[i]]));
    expect(labelOf.size).toBe(10_000);
    for (let i = 0; i < 10_000; i++) {
      const image = key(small, i);
      expect(labelOf.get(image)).toBe(small.labels[i]);
      labelOf.delete(image);
    }
    expect(labelOf.size).toBe(0);
  });
});

describe("mnist-10k", () => {
  test("is normalised as MNIST, and says that it is not MNIST", async () => {
    const { transforms, notes } = await loadDataset("mnist-10k");
    expect(transforms).toEqual([{ type: "normalise", mean: [0.1307], std: [0.3081] }]);
    expect(notes[0]).toContain("This is not MNIST");
    for (const note of notes) expect(note).toMatch(/^[A-Z].*\.$/);
  });
});

describe("fashion-mnist", () => {
  test("has the published images and classes, from the system's files or the original ones", async (context) => {
    const data = await loadDataset("fashion-mnist", { download: false }).catch((e: unknown) => {
      if (!isZooError(e, "data-not-found") || process.env["ZOO_REQUIRE"]?.includes("data")) throw e;
      return skip(context, "fashion-mnist is in no place; Debian has it as dataset-fashion-mnist");
    });
    expect(data.sha256).toBe(goldens.data["fashion-mnist"].sha256);
    expect(counts(data.labels.subarray(0, 60_000))).toEqual(Array(10).fill(6_000));
    expect(counts(data.labels.subarray(60_000))).toEqual(Array(10).fill(1_000));
    expect([sha256(data.splits.train), sha256(data.splits.val)]).toEqual(goldens.random_split[0].sha256);
  });
});

describe("usps", () => {
  const parts = { train: 7_291, test: 2_007 };

  test("has all 9,298 images resized to 28x28 exactly as Pillow does", async (context) => {
    const data = await load(context, "usps");
    expect([data.name, data.shape, data.classes]).toEqual(["usps", [1, 28, 28], 10]);
    expect(data.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sha256(data.images)).toBe(goldens.data.usps.images);
    expect(data.sha256).toBe(goldens.data.usps.sha256);
  });

  test("says what was done to its images, and what is not as published", async (context) => {
    const { transforms, notes, scale } = await load(context, "usps");
    expect(transforms).toEqual([
      { type: "resize", size: [28, 28], method: "pillow-bilinear" },
      { type: "normalise", mean: [0.1307], std: [0.3081] },
    ]);
    expect(scale[0]).toBe(Math.fround(1 / (255 * 0.3081)));
    expect(notes[0]).toContain("the published zoo used the variant of libsvm");
  });

  test("has the published classes and PyTorch's split", async (context) => {
    const { labels, splits } = await load(context, "usps");
    expect(counts(labels.subarray(0, parts.train))).toEqual([1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]);
    expect(counts(labels.subarray(parts.train))).toEqual([359, 264, 198, 166, 200, 160, 170, 147, 166, 177]);
    expect([splits.train, splits.val]).toEqual(torchRandomSplit([6_000, 1_291], 42));
    expect(splits.test).toEqual(Int32Array.from({ length: parts.test }, (_, i) => parts.train + i));
  });

  test("the HDF5 file alone gives the same bytes as the text files", async (context) => {
    const from = join(need(context, "data", "ZOO_DATA_DIR"), "usps");
    const root = await scratch();
    await mkdir(join(root, "usps"));
    await symlink(join(from, "usps.h5"), join(root, "usps", "usps.h5"));
    const data = await loadDataset("usps", await only(root));
    expect(data.sha256).toBe(goldens.data.usps.sha256);
    expect(data.sources.map((source) => source.file)).toEqual(["usps.h5"]);
  });

  test("downloads from a mirror into the cache, and the second time needs no mirror", async (context) => {
    const from = need(context, "data", "ZOO_DATA_DIR");
    const bytes: Record<string, Uint8Array> = {};
    for (const name of ["zip.train.gz", "zip.test.gz"])
      bytes[`/usps/${name}`] = await readFile(join(from, "usps", name));
    const mirror = await serve((request, response, n) => file(bytes[request.url!])(request, response, n));
    const cacheDir = await scratch();
    const options = { env: { ZOO_DATA_MIRROR: mirror.url }, cacheDir, systemDir: cacheDir };
    expect((await loadDataset("usps", options)).sha256).toBe(goldens.data.usps.sha256);
    expect((await loadDataset("usps", { ...options, download: false })).sha256).toBe(goldens.data.usps.sha256);
    expect(mirror.seen.map(({ path }) => path)).toEqual(["/usps/zip.train.gz", "/usps/zip.test.gz"]);
  });

  test("one flipped bit in a file stops everything", async (context) => {
    const from = need(context, "data", "ZOO_DATA_DIR");
    const root = await scratch();
    await mkdir(join(root, "usps"));
    const train = await readFile(join(from, "usps", "zip.train.gz"));
    train[train.length >> 1] ^= 1;
    await writeFile(join(root, "usps", "zip.train.gz"), train);
    await symlink(join(from, "usps", "zip.test.gz"), join(root, "usps", "zip.test.gz"));
    const e = await failure(loadDataset("usps", await only(root)));
    expect(e.message).toContain(
      `usps: ${root}/usps/zip.train.gz is not the published file: md5 c9497f4df4cd0ca10e88a356a966831e`,
    );
    expect(e.message).toMatch(/found \w{32} \(.+\)\. Delete it or replace it; it was not used\.$/);
    expect(e).toMatchObject({ code: "bad-data" });
  });
});
