import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadDataset } from "@zoo/data";
import type { Architecture } from "@zoo/format";
import { expect, test } from "vitest";
import { start } from "../support/process.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

/** D = 490 on the images of 28 x 28 that come with the package of data. */
const architecture: Architecture = {
  name: "pooled",
  input: [1, 28, 28],
  classes: 10,
  layers: [
    { type: "avgpool2d", kernel: 4 },
    { type: "flatten" },
    { type: "linear", out: 8 },
    { type: "activation" },
    { type: "linear", out: 10 },
  ],
};

/** A zoo that a process of its own can load the images of. */
async function writeZooOnDigits(): Promise<string> {
  const { name, shape, classes, splits, scale, shift, sources, sha256 } = await loadDataset("mnist-10k");
  const [train, val, test] = [splits.train.length, splits.val.length, splits.test.length];
  const dataset = { name, shape, classes, sources, sha256, scale: [...scale], shift: [...shift] };
  return await writeSmallZoo({
    architecture,
    states: [0, 1, 2, 3],
    dataset: { ...dataset, splits: { train, val, test } },
  });
}

/** The pieces on disk: name -> what changes when the file is written again. */
function piecesIn(cache: string): Record<string, string> {
  const folder = join(cache, "model-zoo", "analysis");
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile() && /^(curvature|connectivity|slices)-[\w.-]+$/.test(entry.name))
      .map(({ name, parentPath }) => {
        const { ino, mtimeNs, size } = statSync(join(parentPath, name), { bigint: true });
        return [name, `${ino} ${mtimeNs} ${size}`];
      }),
  );
}

const countIn = (cache: string): number => Object.keys(piecesIn(cache)).length;

test("landscape, killed with SIGKILL twice in the middle, goes on from its pieces to the bytes of a run left alone", async () => {
  const zoo = await writeZooOnDigits();
  // WebAssembly, since the cache of each run is empty: nothing is compiled into it.
  const argv = [
    "landscape",
    zoo,
    "--epochs",
    "0-last",
    "--engine",
    "wasm",
    "--workers",
    "1",
    "--images",
    "128",
    "--json",
  ];
  const whole = await start(argv, { XDG_CACHE_HOME: temporaryFolder() }).exit;
  expect(whole.code).toBe(0);

  const cache = temporaryFolder();
  const killAfter = async (pieces: number): Promise<Record<string, string>> => {
    const { child, exit } = start(argv, { XDG_CACHE_HOME: cache });
    while (countIn(cache) < pieces) {
      if (child.exitCode !== null) throw new Error(`it ended before it could be killed: ${(await exit).err}`);
      await sleep(2);
    }
    child.kill("SIGKILL");
    expect((await exit).code).toBeNull();
    return piecesIn(cache);
  };
  const first = await killAfter(2);
  const second = await killAfter(Object.keys(first).length + 2);
  // What the first run had finished the second one read: it was neither computed nor written again.
  expect(second).toMatchObject(first);

  const resumed = await start(argv, { XDG_CACHE_HOME: cache }).exit;
  expect(resumed.code).toBe(0);
  expect(resumed.out).toBe(whole.out);
  expect(countIn(cache)).toBe(0);
}, 180_000);
