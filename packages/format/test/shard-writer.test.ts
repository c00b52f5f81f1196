import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isZooError } from "../src/index.ts";
import { ShardWriter } from "../src/node.ts";
import { digestFolder } from "./support/folder.ts";
import { appendRest, temporaryFolder, tinyMetrics, tinyPlan, tinySlab, writeTinyShard } from "./support/tiny-zoo.ts";

const plan = tinyPlan(0, [0, 2, 4], 4);

async function uninterrupted(shard = plan): Promise<Record<string, string>> {
  const dir = await temporaryFolder();
  await writeTinyShard(dir, shard);
  return await digestFolder(dir);
}

async function attemptFiles(dir: string): Promise<string[]> {
  const partial = join(dir, ".partial", "shard-00000");
  const [attempt] = await readdir(partial);
  return ["weights.partial", "journal.jsonl", "checkpoint.partial"].map((name) => join(partial, attempt, name));
}

describe("resuming", () => {
  test.each([0, 1, 2, 3, 4])("a shard closed after %i states ends with the same bytes", async (kept) => {
    const dir = await temporaryFolder();
    const first = await ShardWriter.open(dir, plan);
    await appendRest(first, plan, kept);
    await first.close();
    const second = await ShardWriter.open(dir, plan);
    expect(second.nextEpoch).toBe(kept);
    expect(second.checkpoint).toEqual(kept === 0 ? null : Uint8Array.of(kept - 1, 1, 2, 3));
    expect(second.metrics).toEqual(Array.from({ length: kept }, (_, e) => tinyMetrics(plan.models, e)).flat());
    await appendRest(second, plan);
    await second.publish();
    expect(await digestFolder(dir)).toEqual(await uninterrupted());
  });

  test("a published shard has nothing left to do, and gives the same entry again", async () => {
    const dir = await temporaryFolder();
    const entry = await writeTinyShard(dir, plan);
    const again = await ShardWriter.open(dir, plan);
    expect([again.published, again.nextEpoch, again.checkpoint]).toEqual([true, 4, null]);
    expect(await again.publish()).toEqual(entry);
    await again.close();
  });

  test("slabs past the checkpoint are dropped, because the engine cannot go on from them", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan, 2);
    const [, , checkpoint] = await attemptFiles(dir);
    const saved = await readFile(checkpoint);
    await appendRest(writer, plan, 3);
    await writeFile(checkpoint, saved); // as if killed between the journal line and the checkpoint of state 2
    await writer.close();
    const resumed = await ShardWriter.open(dir, plan);
    expect(resumed.nextEpoch).toBe(2);
    await appendRest(resumed, plan);
    await resumed.publish();
    expect(await digestFolder(dir)).toEqual(await uninterrupted());
  });

  test("metrics and weights published without each other are completed", async () => {
    const dir = await temporaryFolder();
    const entry = await writeTinyShard(dir, plan);
    for (const lost of [entry.weights.path, entry.metrics.path]) {
      await rm(join(dir, lost));
      expect(await writeTinyShard(dir, plan)).toEqual(entry);
    }
  });

  test("whatever byte of an attempt is damaged or cut off, the shard ends with the same bytes", async () => {
    const expected = await uninterrupted();
    const dir = await temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 4 }),
        fc.nat({ max: 2 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 255 }),
        async (kept, which, where, mask) => {
          const zoo = join(dir, String(run++));
          const writer = await ShardWriter.open(zoo, plan);
          await appendRest(writer, plan, kept);
          const file = (await attemptFiles(zoo))[which];
          await writer.close();
          const damaged = join(
            dirname(dirname(file)),
            (await readdir(dirname(dirname(file))))[0],
            file.split("/").at(-1) ?? "",
          );
          const bytes = await readFile(damaged).catch(() => null);
          if (bytes !== null && bytes.length > 0) {
            const at = Math.floor(where * bytes.length);
            bytes[at] ^= mask;
            if (mask === 0) await truncate(damaged, at);
            else await writeFile(damaged, bytes);
          }
          const resumed = await ShardWriter.open(zoo, plan);
          expect(resumed.nextEpoch).toBeLessThanOrEqual(kept);
          await appendRest(resumed, plan);
          await resumed.publish();
          expect(await digestFolder(zoo)).toEqual(expected);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe("two writers of one shard", () => {
  test("publish once, with the same bytes, and leave nothing behind", async () => {
    const dir = await temporaryFolder();
    const one = await ShardWriter.open(dir, plan);
    await appendRest(one, plan, 2);
    const two = await ShardWriter.open(dir, plan);
    expect(two.nextEpoch).toBe(2); // copied, because the first is alive
    await Promise.all([appendRest(one, plan), appendRest(two, plan)]);
    const entries = await Promise.all([one.publish(), two.publish()]);
    expect(entries[0]).toEqual(entries[1]);
    expect(await digestFolder(dir)).toEqual(await uninterrupted());
    expect(await readdir(dir)).toEqual(["metrics", "weights"]);
  });

  test("the slower one finds the shard published and stops", async () => {
    const dir = await temporaryFolder();
    const slow = await ShardWriter.open(dir, plan);
    await appendRest(slow, plan, 1);
    const entry = await writeTinyShard(dir, plan);
    expect(slow.published).toBe(false);
    await slow.append(tinySlab(plan.models, 1, plan.D), tinyMetrics(plan.models, 1), new Uint8Array(1));
    expect(slow.published).toBe(true);
    expect(await slow.publish()).toEqual(entry);
    expect(await readdir(dir)).toEqual(["metrics", "weights"]);
  });

  test("other bytes are not published over the first", async () => {
    const dir = await temporaryFolder();
    const one = await ShardWriter.open(dir, plan);
    const two = await ShardWriter.open(dir, plan);
    await appendRest(one, plan);
    const wrong = tinySlab(plan.models, 0, plan.D).fill(7, 3, 4);
    for (let e = 0; e < 4; e++) await two.append(wrong, tinyMetrics(plan.models, e), new Uint8Array(1));
    const entry = await one.publish();
    expect(entry).toEqual(await two.publish()); // its attempt is gone already; had it been first, `one` would fail:
    await rm(join(dir, entry.weights.path));
    const three = await ShardWriter.open(dir, plan);
    await appendRest(three, plan);
    await writeFile(join(dir, entry.weights.path), "other");
    const e = await three.publish().catch((e: unknown) => e);
    expect(isZooError(e, "zoo-exists") && e.message).toMatch(/another writer published other bytes here/);
    await three.close();
  });
});

/** Starts a process that writes a shard, and waits until it has opened it. */
async function start(dir: string, delayMs: number) {
  const script = fileURLToPath(new URL("support/write-shard.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, dir, String(delayMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const opened = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      resolve();
    });
    child.on("close", () => resolve());
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await opened;
  return { child, ended, output: () => output };
}

describe("a writer killed at random moments", () => {
  test("loses no state that append returned from, removes its dead attempts, and ends with the same bytes", async () => {
    const shard = tinyPlan(0, [0, 2, 4], 24);
    const dir = await temporaryFolder();
    let kept = 0;
    for (const killAfterMs of [3, 40, 17, 55, 28]) {
      const { child, ended, output } = await start(dir, 4);
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      child.kill("SIGKILL");
      await ended;
      expect(Number(/^at (\d+)/.exec(output())?.[1])).toBeGreaterThanOrEqual(kept);
      kept = output().split("saved").length - 1 + Number(/^at (\d+)/.exec(output())?.[1]);
      expect((await readdir(join(dir, ".partial", "shard-00000")).catch(() => [])).length).toBeLessThanOrEqual(1);
    }
    const writer = await ShardWriter.open(dir, shard);
    await appendRest(writer, shard);
    await writer.publish();
    expect(await digestFolder(dir)).toEqual(await uninterrupted(shard));
  });

  test("processes that race on one shard all end well, and one of them publishes", async () => {
    const dir = await temporaryFolder();
    const racers = await Promise.all([start(dir, 1), start(dir, 1), start(dir, 2)]);
    await Promise.all(racers.map(async ({ ended }) => await ended));
    expect(racers.map(({ child }) => child.exitCode)).toEqual([0, 0, 0]);
    expect(await digestFolder(dir)).toEqual(await uninterrupted(tinyPlan(0, [0, 2, 4], 24)));
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
    const slab = tinySlab(plan.models, 0, plan.D);
    const metrics = tinyMetrics(plan.models, 0);
    const state = new Uint8Array(1);
    await expect(writer.append(slab.subarray(1), metrics, state)).rejects.toThrow(
      "shard 0: weights must be [M, D] = [3, 67], got 200 elements",
    );
    await expect(writer.append(slab, metrics.slice(1), state)).rejects.toThrow(
      "shard 0: metrics must be one row per model for epoch 0, got row 0 of model 2, epoch 0",
    );
    await expect(writer.publish()).rejects.toThrow("shard 0 has 0 of 4 states; append the others before publish");
    await appendRest(writer, plan);
    await expect(writer.append(slab, metrics, state)).rejects.toThrow("shard 0 has all of its 4 states; publish it");
    await writer.close();
    await expect(writer.append(slab, metrics, state)).rejects.toThrow("shard 0: the writer is closed");
    const bare = { ...plan, metadata: { ...plan.metadata, layout: "null" } };
    await expect(ShardWriter.open(dir, bare)).rejects.toThrow(
      "shard 0: metadata.layout must be of D = 67; take it from shardMetadata(architecture, ...)",
    );
  });

  test("a folder in the way is an io error that names it", async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, "weights"), "a file");
    const e = await ShardWriter.open(dir, plan).catch((e: unknown) => e);
    expect(isZooError(e, "io") && e.details).toMatchObject({ path: join(dir, "weights"), errno: "EEXIST" });
  });

  test("an attempt of another machine is copied and left alone until it is idle for an hour", async () => {
    const dir = await temporaryFolder();
    const writer = await ShardWriter.open(dir, plan);
    await appendRest(writer, plan, 2);
    const [weights] = await attemptFiles(dir);
    await writer.close();
    const partial = join(dir, ".partial", "shard-00000");
    const foreign = join(partial, "0123456789ab.1.1.00");
    const [released] = await readdir(partial);
    await mkdir(foreign);
    for (const name of await readdir(join(partial, released))) {
      await writeFile(join(foreign, name), await readFile(join(partial, released, name)));
    }
    await rm(join(partial, released), { recursive: true });
    const second = await ShardWriter.open(dir, plan);
    expect(second.nextEpoch).toBe(2);
    expect((await stat(join(foreign, weights.split("/").at(-1) ?? ""))).isFile()).toBe(true);
    await appendRest(second, plan);
    await second.publish();
    expect(await readdir(dir)).toEqual(["metrics", "weights"]);
  });
});
