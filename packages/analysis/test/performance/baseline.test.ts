import { type DatasetName, datasetNames, loadDataset } from "@zoo/data";
import { expect, test } from "vitest";
import { baselineOf, baselineOfCounts } from "../../src/performance/baseline.ts";
import { smallDataset } from "../support/small-zoo.ts";

const dataDir = process.env["ZOO_DATA_DIR"];
const required = process.env["ZOO_REQUIRE"]?.includes("data") === true;

/** mnist-10k comes with a package, the others need their files. */
const names = datasetNames.filter((name) => name === "mnist-10k" || required || dataDir !== undefined);

test.each(names)("the counts of %s are those of its labels", async (name: DatasetName) => {
  const { labels, splits, sha256, classes } = await loadDataset(name, { dataDir, download: false });
  const counts = Array.from({ length: classes }, () => 0);
  for (const image of splits.test) counts[labels[image]]++;
  const { train, val, test: tested } = splits;
  const sizes = { train: train.length, val: val.length, test: tested.length };
  const got = baselineOf({ ...smallDataset, name, sha256, classes, splits: sizes });
  expect(got).toEqual({ ...baselineOfCounts(counts), counted: true });
});
