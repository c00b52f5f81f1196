import { expect, test } from "vitest";
import { splitRows } from "../src/problem/state-rows.ts";
import { smallModels } from "./support/small-models.ts";

test("rows go epoch after epoch, and all states of a model are in its split", () => {
  const { train, val, test } = splitRows(smallModels(["train", "val", "test", "train"], [0, 5]));
  expect([...train]).toEqual([0, 3, 4, 7]);
  expect([...val]).toEqual([1, 5]);
  expect([...test]).toEqual([2, 6]);
});

test("a split without a model is named", () => {
  expect(() => splitRows(smallModels(["train", "train", "test"], [0]))).toThrow(
    'none of the 3 models is in the split "val"; predictions need all of train, val, test. Widen --where',
  );
});
