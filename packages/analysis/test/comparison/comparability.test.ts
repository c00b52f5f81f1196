import type { Manifest } from "@zoo/format";
import { expect, test } from "vitest";
import { comparability } from "../../src/comparison/comparability.ts";
import { type SmallZoo, smallArchitecture, smallZoo } from "../support/small-zoo.ts";

const manifestOf = async (parts: SmallZoo): Promise<Manifest> => (await smallZoo(parts)).manifest;

test("two zoos of one recipe have all in common", async () => {
  const [a, b] = [await manifestOf({}), await manifestOf({})];
  expect(comparability(a, b)).toEqual({
    measured: [0, 1, 2],
    stored: [0, 1, 2],
    differentWeights: undefined,
    notes: [],
  });
});

test("weights of other shapes, or of the same shapes in other layers, are not comparable, and it says why", async () => {
  const plain = await manifestOf({});
  const [conv, activation, flatten] = smallArchitecture.layers;
  const wide = await manifestOf({
    architecture: { ...smallArchitecture, name: "wide", layers: [flatten, { type: "linear", out: 3 }] },
  });
  expect(comparability(plain, wide).differentWeights).toBe(
    "the architectures differ: small has 67 weights, wide has 51",
  );
  const bare = await manifestOf({
    architecture: {
      ...smallArchitecture,
      name: "bare",
      layers: [conv, flatten, activation, { type: "linear", out: 3 }],
    },
  });
  expect(comparability(plain, bare).differentWeights).toBe(
    "the architectures differ: the layers of small are not those of bare",
  );
});

test("other images, or other numbers of them, are noted", async () => {
  const plain = await manifestOf({});
  const other = await manifestOf({ dataset: { sha256: "2".repeat(64) } });
  const split = await manifestOf({ dataset: { splits: { train: 9, val: 5, test: 6 } } });
  expect(comparability(plain, other).notes).toEqual(["Both were trained on mnist-10k, but not on the same images."]);
  expect(comparability(plain, split).notes).toEqual(["The splits of the images are of different sizes."]);
});
