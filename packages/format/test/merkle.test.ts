import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toLittleEndian } from "../src/files/endian.ts";
import { ShardTree, TreeHash, toHex, treeHash, zooRoot } from "../src/index.ts";
import { nodeHasher } from "../src/node/digest.ts";

/** `python test/fixtures/make_merkle.py > test/fixtures/merkle.json` */
const known = JSON.parse(await readFile(new URL("fixtures/merkle.json", import.meta.url), "utf8")) as {
  trees: string[];
  models: Record<string, string>;
  shards: string[];
  zoo: string;
};

test("trees of 0 to 17 entries have the roots that hashlib gives by the RFC's recursion", () => {
  const roots = known.trees.map((_, n) => {
    const entries = Array.from({ length: n }, (_, i) => Uint8Array.from({ length: i }, (_, byte) => byte));
    return toHex(treeHash(entries));
  });
  expect(roots).toEqual(known.trees);
});

test("roots of models, shards and zoo are those that hashlib gives by SPEC.md", () => {
  const shards = [[5, 9], [7]].map((ids) => {
    const tree = new ShardTree(ids, nodeHasher);
    for (const epoch of [0, 70_000]) {
      const weights = toLittleEndian(Float32Array.from(ids.flatMap((id) => [id, epoch, -0])));
      const mask = Uint8Array.from(ids.flatMap((id) => [id, 1, 0]));
      tree.addState(epoch, [weights, mask]);
    }
    const roots = tree.modelRoots().map(toHex);
    for (const [row, id] of ids.entries()) expect(roots[row]).toBe(known.models[id]);
    return { root: tree.root() };
  });
  expect(shards.map(({ root }) => root)).toEqual(known.shards);
  expect(zooRoot(shards)).toBe(known.zoo);
});

test("an entry in parts is the entry, a root may be asked for in between, and any changed byte changes it", () => {
  const entries = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(entries, fc.nat(), (list, at) => {
      const tree = new TreeHash();
      for (const entry of list) {
        tree.add(entry.subarray(0, 1), entry.subarray(1));
        tree.root();
      }
      expect(tree.root()).toEqual(treeHash(list));
      const changed = list.map((entry) => entry.slice());
      changed[at % list.length][0] ^= 1;
      expect(treeHash(changed)).not.toEqual(tree.root());
    }),
    { seed: 20220914 },
  );
});
