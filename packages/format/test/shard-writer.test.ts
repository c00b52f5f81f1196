import { mkdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isZooError } from "../src/index.ts";
import { ShardWriter } from "../src/node.ts";
import { attemptFiles, attempts, published } from "./support/attempts.ts";
import { digestFolder } from "./support/folder.ts";
import { appendRest, tinyCheckpoint, tinyEpoch, tinyPlan, writeTinyShard } from "./support/tiny-shard.ts";
import { temporaryFolder, tinyMetrics } from "./support/tiny-zoo.ts";

const plan = tinyPlan(0, [0, 2, 4], 4);

async function uninterrupted(shard = plan): Promise<Record<string, string>> {
  const dir = await temporaryFolder();
  await writeTinyShard(dir, shard);
  return await published(dir);
}

/** Opens the shard of `dir`, appends the rest and publishes. */
async function complete(dir: string, shard = plan): Promise<void> {
  await writeTinyShard(dir, shard);
  expect(await published(dir)).toEqual(await uninterrupted(shard));
}

describe("resuming", () => {
  test.each([0, 1, 2, 3, 4])("a shard closed after %i epochs ends with the same bytes", async (kept) => {
    const dir = await temporaryFolder();
    const first = await ShardWriter.open(dir, plan);
    await appendRest(first, plan, kept);
    await first.close();
    const second = await ShardWriter.open(dir, plan);
    expect(second.nextEpoch).toBe(kept === 4 ? null : kept);
    expect(second.checkpoint).toEqual(kept === 0 ? null : tinyCheckpoint(plan, kept - 1));
    expect(second.metrics).toEqual(Array.from({ length: kept }, (_, e) => tinyMetrics(plan.models, e)).flat());
    await second.close();
    await complete(dir);
  });

  test("a shard that keeps some states and saves some checkpoints goes on from the last of these", async () => {
    const sparse = tinyPlan(0, [1, 3], [0, 3, 7]);
    for (const kept of [1, 3, 4, 6, 8]) {
      const dir = await temporaryFolder();
      const first = await ShardWriter.open(dir, sparse);
      await appendRest(first, sparse, kept, 4);
      await first.close();
      const second = await ShardWriter.open(dir, sparse);
      expect(second.nextEpoch).toBe(kept <= 4 ? 1 : 5);
      expect(second.checkpoint?.epoch).toBe(kept <= 4 ? 0 : 4);
      await second.close();
      const { entry, diverged } = await writeTinyShard(dir, sparse);
      expect(diverged).toEqual([3]);
      expect(entry.arrays.weights.bytes % 64).toBe((3 * 2 * 67 * 4) % 64);
      expect(await published(dir)).toEqual(await uninterrupted(sparse));
    }
  });

  test("a published shard has nothing left to do, and gives the same entry again", async () => {
    const dir = await temporaryFolder();
    const committed = await writeTinyShard(dir, plan);
    const again = await ShardWriter.open(dir, plan);
    expect([again.published, again.nextEpoch, again.checkpoint]).toEqual([true, null, null]);
    expect(await again.publish()).toEqual(committed);
    await again.close();
  });

  test("the engines of all epochs are named, sorted", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    for (const [epoch, engine] of ["b", "a", "b", "a"].entries()) {
      await writer.append(epoch, { ...tinyEpoch(plan, epoch), engine });
    }
    expect((await writer.publish()).entry.engines).toEqual(["a", "b"]);
  });

  test("columns that the zoo declares are kept bit for bit", async () => {
    const columns = [
      { name: "images", type: "INT64", description: "seen" },
      { name: "slope", type: "DOUBLE", description: "of the loss" },
    ] as const;
    const declared = { ...plan, columns };
    const epoch = (e: number) => {
      const data = tinyEpoch(declared, e);
      const metrics = data.metrics.map((row) => ({ ...row, declared: { images: 2n ** 53n + 1n, slope: -0 } }));
      return { ...data, metrics };
    };
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, declared);
    await writer.append(0, epoch(0));
    await writer.close();
    const resumed = await ShardWriter.open(dir, declared);
    expect(resumed.metrics).toEqual(epoch(0).metrics);
    await expect(resumed.append(1, tinyEpoch(declared, 1))).rejects.toThrow(
      "row 0: the declared column images needs a value of type INT64, got undefined",
    );
    for (const e of [1, 2, 3]) await resumed.append(e, epoch(e));
    await resumed.publish();
  });

  test("whatever byte of an attempt is damaged or cut off, the shard ends with the same bytes", async () => {
    const expected = await uninterrupted();
    const dir = await temporaryFolder();
    const saved = await Promise.all(
      [0, 1, 2, 3, 4].map(async (kept) => {
        const zoo = join(dir, `saved-${kept}`);
        const writer = await ShardWriter.open(zoo, plan);
        await appendRest(writer, plan, kept);
        await writer.close();
        return await attemptFiles(zoo);
      }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 4 }),
        fc.nat({ max: 2 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 255 }),
        async (kept, which, where, mask) => {
          const zoo = join(dir, String(run++));
          const folder = join(zoo, ".partial", "shard-00000", "released.0");
          await mkdir(folder, { recursive: true });
          const files = [...saved[kept]];
          for (const [i, [path, bytes]] of files.entries()) {
            const target = join(folder, path.split("/").at(-1) ?? "");
            const damaged = bytes.slice();
            const at = Math.floor(where * bytes.length);
            if (i === which) damaged[at] ^= mask;
            await writeFile(target, damaged);
            if (i === which && mask === 0) await truncate(target, at);
          }
          const resumed = await ShardWriter.open(zoo, plan);
          expect(resumed.nextEpoch ?? 4).toBeLessThanOrEqual(kept);
          await appendRest(resumed, plan);
          await resumed.publish();
          expect(await published(zoo)).toEqual(expected);
          await rm(zoo, { recursive: true });
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe("attempts", () => {
  test("of a living owner are copied, of one that closed them taken over", async () => {
    const dir = await temporaryFolder();
    const one = await ShardWriter.open(dir, plan);
    await appendRest(one, plan, 2);
    const two = await ShardWriter.open(dir, plan);
    expect([two.nextEpoch, (await attempts(dir)).length]).toEqual([2, 2]);
    await one.close();
    await two.close();
    const three = await ShardWriter.open(dir, plan);
    expect([three.nextEpoch, (await attempts(dir)).length]).toEqual([2, 1]);
    await three.close();
  });

  test("of another machine are copied, however old, and left alone", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan, 2);
    await writer.close();
    const [released] = await attempts(dir);
    const foreign = join(dirname(released), "0123456789abcdef.1.1.00");
    await rename(released, foreign);
    const second = await ShardWriter.open(dir, plan);
    expect(second.nextEpoch).toBe(2);
    expect((await stat(join(foreign, "weights.partial"))).isFile()).toBe(true);
    await second.close();
    await complete(dir);
    expect(await attempts(dir)).toEqual([]);
  });

  test("are kept when the writer cannot save an epoch, and the same call can be made again", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan, 1);
    const [folder] = await attempts(dir);
    const blocked = join(folder, "checkpoint.safetensors");
    await rm(blocked);
    await mkdir(join(blocked, "x"), { recursive: true });
    const e = await writer.append(1, tinyEpoch(plan, 1)).catch((e: unknown) => e);
    expect(isZooError(e, "io") && e.details.path).toBe(blocked);
    expect(writer.nextEpoch).toBe(1);
    await rm(blocked, { recursive: true });
    await appendRest(writer, plan);
    await writer.publish();
    expect(await published(dir)).toEqual(await uninterrupted());
  });
});

describe("refusals", () => {
  test("a shard of another plan is not touched, published or not", async () => {
    const dir = await temporaryFolder();
    const other = tinyPlan(0, [0, 2, 5], 4);
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan, 1);
    await writer.close();
    const before = await digestFolder(dir);
    const unfinished = await ShardWriter.open(dir, other).catch((e: unknown) => e);
    expect(isZooError(unfinished, "zoo-exists") && unfinished.details.rule).toMatch(
      /holds unfinished work of another recipe or version/,
    );
    expect(await digestFolder(dir)).toEqual(before);
    await writeTinyShard(dir, plan);
    const e = await ShardWriter.open(dir, other).catch((e: unknown) => e);
    expect(isZooError(e, "zoo-exists") && e.message).toBe(
      `${join(dir, "weights/shard-00000.safetensors")}: the folder holds this shard of another recipe or version already; choose another output folder`,
    );
  });

  test("what does not fit the plan is a mistake of the caller", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    const good = tinyEpoch(plan, 0);
    const refused = async (changed: object, message: string): Promise<void> =>
      await expect(writer.append(0, { ...good, ...changed })).rejects.toThrow(message);
    const weights = "weights of epoch 0 must be [M, D] = [3, 67]";
    await refused({ weights: good.weights?.subarray(1) }, `shard 0: ${weights}, got 200 elements`);
    await refused({ weights: null }, `shard 0: ${weights}, got null elements`);
    const rows = "shard 0: metrics must be one row per model for epoch 0";
    await refused({ metrics: good.metrics.slice(1) }, `${rows}, got row 0 of model 2, epoch 0`);
    await refused({ metrics: [] }, `${rows}, got 0 rows`);
    await refused({ diverged: [1] }, "shard 0: diverged names model 1, which is not of this shard");
    await refused({ engine: "A b" }, 'shard 0: engine "A b" is no name of a-z, 0-9, . _ -');
    await refused({ checkpoint: tinyCheckpoint(plan, 1) }, "shard 0: the checkpoint is of epoch 1, not 0");
    const flat = { epoch: 0, tensors: { flat: { dtype: "F32" as const, shape: [6], data: new Float32Array(6) } } };
    const leading = "shard 0: flat of the checkpoint must have the leading axis M = 3 and all of its elements";
    await refused({ checkpoint: flat }, `${leading}, got [6] with 6 elements`);
    await expect(writer.append(2, tinyEpoch(plan, 2))).rejects.toThrow(
      "shard 0: got epoch 2, but it has epochs up to 0; append that one",
    );
    await expect(writer.publish()).rejects.toThrow("shard 0 has 0 of 4 epochs; append the others before publish");
    await appendRest(writer, plan);
    await expect(writer.append(4, good)).rejects.toThrow("shard 0: got epoch 4, but it has all epochs; publish it");
    await writer.close();
    await expect(writer.append(0, good)).rejects.toThrow("shard 0: the writer is closed");
    const bare = { ...plan, metadata: { ...plan.metadata, layout: "null" } };
    await expect(ShardWriter.open(dir, bare)).rejects.toThrow(
      "shard 0: metadata.layout must be of D = 67; take it from shardMetadata(...)",
    );
    const many = Array.from({ length: 65 }, (_, id) => id);
    await expect(ShardWriter.open(dir, { ...plan, models: many })).rejects.toThrow(
      "shard 0: takes 1 to 64 models and, unless it is one, 64000000 bytes of one state, and is below 100000; got 65 models of D = 67",
    );
    await expect(ShardWriter.open(dir, { ...plan, states: [0, 9] })).rejects.toThrow(
      "shard 0: states and measured must ascend, and measured contain states; got states [0, 9], measured [0, 1, 2, 3]",
    );
  });

  test("an epoch that is not stored has no weights", async () => {
    const dir = await temporaryFolder();
    const sparse = tinyPlan(0, [0], [1]);
    const writer = await ShardWriter.open(dir, sparse);
    const weights = new Float32Array(67);
    await expect(writer.append(0, { ...tinyEpoch(sparse, 0), weights })).rejects.toThrow(
      "shard 0: epoch 0 is not stored, so its weights must be null",
    );
    await writer.close();
  });

  test("a folder in the way is an io error that names it", async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, "weights"), "a file");
    const e = await ShardWriter.open(dir, plan).catch((e: unknown) => e);
    expect(isZooError(e, "io") && e.details).toMatchObject({ path: join(dir, "weights"), errno: "EEXIST" });
  });

  test("a run whose folder is deleted under it says so", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await rm(join(dir, ".partial"), { recursive: true });
    const e = await writer.append(0, tinyEpoch(plan, 0)).catch((e: unknown) => e);
    expect(isZooError(e, "io") && e.message).toMatch(/the folder of this run was removed while it ran; start it again/);
    await readFile(join(dir, "weights/shard-00000.safetensors")).then(
      () => expect.unreachable(),
      () => {},
    );
  });
});
