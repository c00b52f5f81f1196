import { createHash } from "node:crypto";
import { hyperparameterNames } from "@zoo/format";
import { expect, test } from "vitest";
import { catalogueNames, loadRecipe } from "../src/recipe/catalogue.ts";
import { expand } from "../src/recipe/expand.ts";
import { makePlan } from "../src/recipe/plan.ts";

// SHA-256 of `modelLines` and `shardLines`, made at commit 7d56d60, before draws and plans were rewritten.
const digests: Record<string, [models: string, shards: string]> = {
  "fashion-mnist-hyp-10-fix": [
    "e077b0bd1af814e4f2ae863d0df8ebe19d20fd4448abedd7059b33d095938ed5",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "fashion-mnist-hyp-10-rand": [
    "84f329412b459d29ce0d6f68aa2338cb70e3ff2559a9debb830d19bb1bc9e8a3",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "fashion-mnist-seed": [
    "9f683466739c3ca2293ef21efb26fffaa7a2b247a59149d45e14012f64a61f1a",
    "6e7dc0b2dad14116be8a240ac2c327d5861a1d842e4af20bd3aef027bcdde2e1",
  ],
  "mnist-10k-seed": [
    "86afff8d48fdadcf1cb7dc49334808f3430006b71dd013ab104dd21af76564a7",
    "b1d7c82fc566279260d88a15c03254100c870c4b16d4dff1e548b130cbe349e5",
  ],
  "mnist-hyp-10-fix": [
    "e077b0bd1af814e4f2ae863d0df8ebe19d20fd4448abedd7059b33d095938ed5",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "mnist-hyp-10-rand": [
    "c1c083158662800a86f2ad7ef1677d7f793ca743f0eb2ce929ccc023fbd577de",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "mnist-seed": [
    "9f683466739c3ca2293ef21efb26fffaa7a2b247a59149d45e14012f64a61f1a",
    "6e7dc0b2dad14116be8a240ac2c327d5861a1d842e4af20bd3aef027bcdde2e1",
  ],
  "usps-hyp-10-fix": [
    "03eda64ddcad1c3ec67adaf068b792d69c161edf761ea6936fd1845941567834",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "usps-hyp-10-rand": [
    "6d044589e705f0cb7c26ab351c6511524f6cb6f85533e2e8d79d78573b9eb259",
    "2c68f9eb452a48c1911349053d427f3aa95a48b309f5f26c7d15f0d5aae1478a",
  ],
  "usps-seed": [
    "30e8d5e3fe227ded8e607ea974e2ae5eae2acaba029253c41babbaac7bb6e0e7",
    "6e7dc0b2dad14116be8a240ac2c327d5861a1d842e4af20bd3aef027bcdde2e1",
  ],
};

const sha256 = (lines: string[]): string =>
  createHash("sha256")
    .update(`${lines.join("\n")}\n`)
    .digest("hex");

/** Per model: id, split, then the hyperparameters in the order of `hyperparameterNames`. */
function modelLines(name: string): string[] {
  return [...expand(loadRecipe(name))].map(({ id, split, hyperparameters }) =>
    [id, split, ...hyperparameterNames.map((key) => hyperparameters[key])].join(" "),
  );
}

/** Per shard: the ids of its rows. */
function shardLines(name: string): string[] {
  return [...makePlan(loadRecipe(name)).shards].map(({ models }) => models.map(({ id }) => id).join(" "));
}

test.each(catalogueNames())("%s means the same ids, seeds, splits, hyperparameters and shards for ever", (name) => {
  expect([sha256(modelLines(name)), sha256(shardLines(name))]).toEqual(digests[name]);
});
