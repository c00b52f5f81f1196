import { expect, test } from "vitest";
import { fuzz } from "../fuzz/run.ts";
import { loadFolder } from "./support/folder.ts";
import { temporaryFolder, writeTinyZoo } from "./support/tiny-zoo.ts";

test("damaged zoos are refused with a ZooError, or read as they were", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const report = await fuzz(await loadFolder(dir), 2022, 500); // npm run fuzz does more
  expect(report.failures).toEqual([]);
  expect(report.refused).toBeGreaterThan(400);
});
