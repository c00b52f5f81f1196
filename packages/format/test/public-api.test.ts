import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import * as isomorphic from "../src/index.ts";
import * as node from "../src/node.ts";

test("@zoo/format exports these values", () => {
  expect(Object.keys(isomorphic).sort((a, b) => (a < b ? -1 : 1))).toMatchInlineSnapshot(`
    [
      "FORMAT_VERSION",
      "MAX_SHARD_MODELS",
      "MAX_STATE_BYTES",
      "MAX_WEIGHTS",
      "ShardTree",
      "TreeHash",
      "ZooError",
      "activationSchema",
      "activations",
      "architectureSchema",
      "architectures",
      "artefactSchema",
      "checkZoo",
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
      "metricColumns",
      "metricNames",
      "modelColumns",
      "modelSplits",
      "openArtefact",
      "openZoo",
      "optimizerSchema",
      "optimizers",
      "parseArtefact",
      "parseManifest",
      "printable",
      "resnet18",
      "sha256Hasher",
      "shardMetadata",
      "staleness",
      "toHex",
      "treeHash",
      "zooReference",
      "zooRoot",
    ]
  `);
});

test("@zoo/format/node exports these values", () => {
  expect(Object.keys(node).sort((a, b) => (a < b ? -1 : 1))).toMatchInlineSnapshot(`
    [
      "ShardWriter",
      "cacheFolder",
      "checkArtefactPlace",
      "checkFolderPlace",
      "checkPlace",
      "checkZoo",
      "claimShard",
      "claimTiming",
      "createFile",
      "fileStorage",
      "io",
      "ioError",
      "isComplete",
      "makeFolder",
      "nodeHasher",
      "nothingWritten",
      "openPartialZoo",
      "openZoo",
      "ownerIsGone",
      "partialFolder",
      "publishedShards",
      "readCheckpoint",
      "readClaims",
      "readCommits",
      "readProgress",
      "replaceFile",
      "thisProcess",
      "writeArtefact",
      "writeCheckpoint",
      "writeParts",
      "writeZoo",
    ]
  `);
});

const source = new URL("../src/", import.meta.url);

/** What a source file imports of ours, types included, as paths below src. */
async function importsOf(file: string): Promise<{ text: string; imports: string[] }> {
  const text = await readFile(new URL(file, source), "utf8");
  const found = [...text.matchAll(/from "(\.{1,2}\/[^"]+\.ts)"/g)].map(
    ([, path]) => new URL(path, new URL(file, source)),
  );
  return { text, imports: found.map((url) => url.href.slice(source.href.length)) };
}

test("nothing that @zoo/format imports needs Node", async () => {
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const { text, imports } = await importsOf(file);
    expect(text, file).not.toMatch(/from "node:|\bBuffer\.|\bprocess\./);
    for (const next of imports) await visit(next);
  };
  await visit("index.ts");
  const all = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".ts"));
  expect(seen.size).toBeGreaterThan(40);
  expect(seen.size).toBeLessThan(all.length);
});
