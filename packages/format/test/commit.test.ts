import { readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isZooError } from "../src/index.ts";
import { readCommits, ShardWriter } from "../src/node.ts";
import { settleCommits } from "../src/write/commits.ts";
import { commitPath, published } from "./support/attempts.ts";
import { appendRest, tinyEpoch, tinyPlan, writeTinyShard } from "./support/tiny-shard.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

const plan = tinyPlan(0, [0, 2, 4], 4);
const WEIGHTS = "weights/shard-00000.safetensors";

/** Appends what an inexact engine may give the second time. */
async function appendOther(writer: ShardWriter): Promise<void> {
  for (const epoch of plan.measured) {
    const data = tinyEpoch(plan, epoch);
    await writer.append(epoch, { ...data, weights: (data.weights as Float32Array).map((w) => w + 1), engine: "other" });
  }
}

const failure = async (action: Promise<unknown>): Promise<unknown> => await action.catch((e: unknown) => e);

describe("of two writers", () => {
  test("with equal bits both get one entry, and nothing else is left", async () => {
    const dir = await temporaryFolder();
    const one = await ShardWriter.open(dir, plan);
    await appendRest(one, plan, 2);
    const two = await ShardWriter.open(dir, plan);
    await Promise.all([appendRest(one, plan), appendRest(two, plan)]);
    const entries = await Promise.all([one.publish(), two.publish()]);
    expect(entries[0]).toEqual(entries[1]);
    expect(await readCommits(dir)).toEqual([entries[0]]);
    expect(await readdir(join(dir, ".partial"))).toEqual(["commits"]);
  });

  test("with other bits one is published, whole, and both report it", async () => {
    for (const first of ["one", "two", "both"] as const) {
      const dir = await temporaryFolder();
      const one = await ShardWriter.open(dir, plan);
      const two = await ShardWriter.open(dir, plan);
      await appendRest(one, plan);
      await appendOther(two);
      const early = first === "two" ? two : one;
      const late = first === "two" ? one : two;
      const [a, b] =
        first === "both"
          ? await Promise.all([one.publish(), two.publish()])
          : [await early.publish(), await late.publish()];
      expect(a).toEqual(b);
      const files = await published(dir);
      expect(files[WEIGHTS]).toBe(a.entry.arrays.weights.sha256);
      expect(files["metrics/shard-00000.parquet"]).toBe(a.entry.metrics.sha256);
      const engine = { one: ["none"], two: ["other"], both: a.entry.engines }[first];
      expect(a.entry.engines).toEqual(engine);
    }
  });

  test("the slower one finds at its next epoch that the shard is decided", async () => {
    const dir = await temporaryFolder();
    const slow = await ShardWriter.open(dir, plan);
    await appendRest(slow, plan, 1);
    const committed = await writeTinyShard(dir, plan);
    expect(slow.published).toBe(false);
    await slow.append(1, tinyEpoch(plan, 1));
    expect([slow.published, slow.nextEpoch]).toEqual([true, null]);
    expect(await slow.publish()).toEqual(committed);
  });
});

describe("a decided shard", () => {
  /** A shard whose writer was killed between the record and the links. */
  async function decided(dir: string) {
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan);
    await writeFile(join(dir, WEIGHTS), "in the way");
    expect(isZooError(await failure(writer.publish()), "zoo-exists")).toBe(true);
    await rm(join(dir, WEIGHTS));
    await writer.close();
  }

  test("is completed by any writer that finds it", async () => {
    const dir = await temporaryFolder();
    await decided(dir);
    const other = await ShardWriter.open(dir, plan);
    expect(other.published).toBe(true);
    expect((await published(dir))[WEIGHTS]).toBe((await other.publish()).entry.arrays.weights.sha256);
  });

  test("gets its folder back where somebody removed it", async () => {
    const dir = await temporaryFolder();
    await decided(dir);
    await rm(join(dir, "weights"), { recursive: true });
    expect((await settleCommits(dir)).length).toBe(1);
    expect(await readdir(join(dir, "weights"))).toEqual(["shard-00000.safetensors"]);
  });

  test("counts as committed before its files have their names", async () => {
    const dir = await temporaryFolder();
    await decided(dir);
    expect((await readCommits(dir)).map(({ entry }) => entry.index)).toEqual([0]);
    expect(await readdir(join(dir, "weights"))).toEqual([]);
  });

  test("keeps the hash of what was written, whatever the disk makes of it", async () => {
    const dir = await temporaryFolder();
    const { entry } = await writeTinyShard(dir, plan);
    const bytes = await readFile(join(dir, WEIGHTS));
    bytes[bytes.length - 1] ^= 1;
    await writeFile(join(dir, WEIGHTS), bytes);
    const again = await ShardWriter.open(dir, plan);
    expect((await again.publish()).entry).toEqual(entry);
  });

  test("another file in its place is an error that names it, and is not replaced", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan);
    await writeFile(join(dir, WEIGHTS), "mine");
    const e = await failure(writer.publish());
    expect(isZooError(e, "zoo-exists") && e.message).toBe(
      `${join(dir, WEIGHTS)}: a file that this run did not write is in the way; move it, or choose another output folder`,
    );
    expect(await readFile(join(dir, WEIGHTS), "utf8")).toBe("mine");
    await writer.close();
  });

  test.each([WEIGHTS, "metrics/shard-00000.parquet"])("is made again when %s is lost or cut", async (path) => {
    for (const damage of [rm, async (file: string) => await truncate(file, 10)]) {
      const dir = await temporaryFolder();
      const committed = await writeTinyShard(dir, plan);
      await damage(join(dir, path));
      expect(await readCommits(dir)).toEqual([]);
      expect(await writeTinyShard(dir, plan)).toEqual(committed);
      expect((await stat(commitPath(dir, 1))).isFile()).toBe(true);
      expect((await published(dir))[WEIGHTS]).toBe(committed.entry.arrays.weights.sha256);
    }
  });

  test("is decided anew, with other bits if need be, when its record is torn at any length", async () => {
    const dir = await temporaryFolder();
    const first = await writeTinyShard(dir, plan);
    const record = await readFile(commitPath(dir));
    for (let length = 0; length < record.length; length += 97) {
      await rm(commitPath(dir, 1), { force: true });
      await writeFile(commitPath(dir), record.subarray(0, length));
      expect(await readCommits(dir)).toEqual([]);
      const writer = await ShardWriter.open(dir, plan);
      await appendOther(writer);
      const { entry } = await writer.publish();
      expect(entry.arrays.weights.sha256).not.toBe(first.entry.arrays.weights.sha256);
      expect((await published(dir))[WEIGHTS]).toBe(entry.arrays.weights.sha256);
      expect((await readCommits(dir))[0].entry).toEqual(entry);
    }
  });
});
