import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder, writeTinyZoo } from "./support/tiny-zoo.ts";

test("the example of README.md runs", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const code = example.replace('"zoos/mnist-seed"', JSON.stringify(dir));
  const flags = ["--conditions=@zoo/source", "--import", import.meta.resolve("tsx"), "--input-type=module"];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", code], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(0, 2)).toEqual(["[ 5, 67 ] 335 1 [ 3, 67 ] [", "  'layers.0.weight',"]); // of models 0, 1 and 4, only 4 has 0.1 + id / 50 >= 0.15
});
