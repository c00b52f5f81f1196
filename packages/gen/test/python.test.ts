import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { dir } from "./harness.ts";
import { run } from "./process.ts";

const python = process.env.ZOO_PYTHON ?? "";
if (python === "") {
  const reason = "ZOO_PYTHON names no Python, see CONTRIBUTING.md";
  if (process.env.ZOO_REQUIRE?.includes("python")) throw new Error(reason);
  console.warn(`skipped: ${reason}`);
}
const tool = (name: string) => fileURLToPath(new URL(`../../../tools/python/${name}`, import.meta.url));

const timeout = 300_000;
test.skipIf(python === "")(
  "PyTorch gives a trained zoo's models the accuracy that was stored",
  { timeout },
  async () => {
    const zoo = join(dir, "zoo");
    const made = await run("run", "mnist-10k-seed", "--models", "3", "--epochs", "1", "--out", zoo);
    expect(made.code, made.err).toBe(0);
    const data = join(dir, "data");
    execFileSync(process.execPath, [tool("dump-dataset.mjs"), "mnist-10k", data]);
    for (const model of [0, 2]) {
      for (const epoch of [0, 1]) {
        const args = [tool("replay_model.py"), zoo, `${model}`, `${epoch}`, data];
        const said = execFileSync(python, args, { encoding: "utf8" });
        const [, right, stored, ties] = /: (\d+) of 1000 right, stored (\d+); (\d+) ties/.exec(said)?.map(Number) ?? [];
        expect(Math.abs(right - stored), said).toBeLessThanOrEqual(ties);
      }
    }
  },
);
