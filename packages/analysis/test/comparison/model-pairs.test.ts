import type { ModelRow } from "@zoo/format";
import { expect, test } from "vitest";
import { modelPairs } from "../../src/comparison/model-pairs.ts";

const rows = (...models: { id: number; source?: number }[]): ModelRow[] =>
  models.map(({ id, source }) => ({ id, seed: id, declared: { source_id: source ?? 0 } }) as unknown as ModelRow);

const source = { manifest: {}, sha256: "1", models: rows({ id: 3 }, { id: 5 }, { id: 8 }) };
const twins = {
  manifest: { derived_from: { name: "source", sha256: "1" } },
  sha256: "2",
  models: rows({ id: 0, source: 8 }, { id: 1, source: 4 }, { id: 2, source: 3 }, { id: 3, source: 3 }),
};

test("twins are paired with their sources, of two the first, in either order of the zoos", () => {
  const pairs = modelPairs(twins, source, false);
  expect([Array.from(pairs?.ofA ?? []), Array.from(pairs?.ofB ?? [])]).toEqual([
    [0, 2],
    [2, 0],
  ]);
  const turned = modelPairs(source, twins, false);
  expect([Array.from(turned?.ofA ?? []), Array.from(turned?.ofB ?? [])]).toEqual([
    [2, 0],
    [0, 2],
  ]);
  expect(turned?.rule).toContain("models of B with those of A");
});

test("models of one id are pairs only where that is asked for, and their hyperparameters are the same", () => {
  const other = { manifest: {}, sha256: "3", models: rows({ id: 5 }, { id: 8 }) };
  other.models[1] = { ...other.models[1], seed: 9 };
  expect(modelPairs(source, other, false)).toBeUndefined();
  expect(Array.from(modelPairs(source, other, true)?.ofA ?? [])).toEqual([1]);
});
