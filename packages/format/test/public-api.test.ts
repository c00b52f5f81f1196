import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import * as isomorphic from "../src/index.ts";
import * as node from "../src/node.ts";

test("@zoo/format exports these values", () => {
  expect(Object.keys(isomorphic).sort((a, b) => (a < b ? -1 : 1))).toMatchInlineSnapshot(`
    [
      "FORMAT_VERSION",
      "MAX_WEIGHTS",
      "ZooError",
      "activationSchema",
      "activations",
      "architectureSchema",
      "architectures",
      "deriveLayout",
      "httpStorage",
      "hyperparameterNames",
      "hyperparametersSchema",
      "initSchema",
      "inits",
      "isZooError",
      "layerSchema",
      "manifestSchema",
      "memoryStorage",
      "metricNames",
      "openZoo",
      "optimizerSchema",
      "optimizers",
      "parseManifest",
      "shardMetadata",
      "modelSplits",
    ]
  `);
});

test("@zoo/format/node exports these values", () => {
  expect(Object.keys(node).sort((a, b) => (a < b ? -1 : 1))).toMatchInlineSnapshot(`
    [
      "ShardWriter",
      "fileStorage",
      "io",
      "ioError",
      "isComplete",
      "makeFolder",
      "openZoo",
      "writeZoo",
    ]
  `);
});

test("nothing that @zoo/format imports needs Node", async () => {
  const source = new URL("../src/", import.meta.url);
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(new URL(file, source), "utf8");
    expect(text).not.toMatch(/from "node:|\bBuffer\.|\bprocess\./);
    for (const [, next] of text.matchAll(/from "\.\/([\w-]+\.ts)"/g)) await visit(next);
  };
  await visit("index.ts");
  const all = await readdir(source);
  expect(seen.size).toBeGreaterThan(15);
  expect(seen.size).toBeLessThan(all.length);
});
