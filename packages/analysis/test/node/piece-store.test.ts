import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type PieceKey, PieceStore } from "../../src/node/piece-store.ts";
import { temporaryFolder } from "../support/small-zoo.ts";

const key: PieceKey = { zoos: ["a"], command: "landscape", parameters: { seed: 1, models: [3, 4] }, version: "1" };
const never = async (): Promise<Float64Array> => {
  throw new Error("computed again");
};

describe("PieceStore", () => {
  test("gives a piece again without computing it, of either type, until the work is done", async () => {
    const env = { XDG_CACHE_HOME: temporaryFolder() };
    const store = new PieceStore(key, env);
    await store.get("one", async () => Float64Array.of(1, Number.NaN, -0));
    await store.get("two", async () => Float32Array.of(0.5));
    await store.get("none", async () => new Float64Array());
    const again = new PieceStore({ ...key, parameters: { models: [3, 4], seed: 1 } }, env);
    expect(await again.get("one", never)).toEqual(Float64Array.of(1, Number.NaN, -0));
    expect(await again.get<Float32Array | Float64Array>("two", never)).toEqual(Float32Array.of(0.5));
    expect(await again.get("none", never)).toEqual(new Float64Array());
    expect(again.found).toBe(3);
    await again.done();
    await expect(again.get("one", never)).rejects.toThrow("computed again");
  });

  test.each([
    ["zoo", { ...key, zoos: ["b"] }],
    ["command", { ...key, command: "other" }],
    ["parameter", { ...key, parameters: { ...key.parameters, seed: 2 } }],
    ["version", { ...key, version: "2" }],
  ])("has nothing of another %s", async (_, other) => {
    const env = { XDG_CACHE_HOME: temporaryFolder() };
    await new PieceStore(key, env).get("one", async () => Float64Array.of(1));
    await expect(new PieceStore(other, env).get("one", never)).rejects.toThrow("computed again");
  });

  test("computes a damaged piece again, whichever byte is wrong or missing", async () => {
    const env = { XDG_CACHE_HOME: temporaryFolder() };
    const store = new PieceStore(key, env);
    const piece = async (): Promise<Float64Array> => Float64Array.of(1, 2);
    await store.get("one", piece);
    expect(readdirSync(store.folder)).toEqual(["one"]);
    const path = join(store.folder, "one");
    const bytes = readFileSync(path);
    for (const at of [0, 32, 40, bytes.length - 1]) {
      writeFileSync(
        path,
        bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      );
      expect(await store.get("one", piece)).toEqual(Float64Array.of(1, 2));
      expect(readFileSync(path)).toEqual(bytes);
    }
    for (const length of [0, 20, 40, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(await store.get("one", piece)).toEqual(Float64Array.of(1, 2));
    }
    expect(store.found).toBe(0);
  });

  test("goes on without keeping anything where the cache cannot be written", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "model-zoo"), "a file where the folder should be");
    const store = new PieceStore(key, { XDG_CACHE_HOME: folder });
    expect(await store.get("one", async () => Float64Array.of(1))).toEqual(Float64Array.of(1));
    await store.done();
  });

  test("keeps nothing of a piece that failed, and refuses names that are paths", async () => {
    const store = new PieceStore(key, { XDG_CACHE_HOME: temporaryFolder() });
    await expect(store.get("one", never)).rejects.toThrow("computed again");
    expect(await store.get("one", async () => Float64Array.of(3))).toEqual(Float64Array.of(3));
    await expect(store.get("../one", never)).rejects.toThrow('a piece cannot be named "../one"');
  });
});
