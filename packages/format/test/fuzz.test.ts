import { expect, test } from "vitest";
import { fuzz } from "../fuzz/run.ts";
import { tinyFiles } from "./support/tiny-zoo.ts";

test("damaged zoos are refused with a ZooError, or read as they were", async () => {
  const report = await fuzz(tinyFiles(), 2022, 500); // npm run fuzz does more
  expect(report.failures).toEqual([]);
  expect(report.refused).toBeGreaterThan(400);
});
