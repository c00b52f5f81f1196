import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadDataset } from "@zoo/data";
import { expect, test } from "vitest";
import { dir } from "./harness.ts";
import { run } from "./process.ts";

const python = process.env.ZOO_PYTHON ?? "";
if (python === "") {
  const reason = "ZOO_PYTHON names no Python, see CONTRIBUTING.md";
  if (process.env.ZOO_REQUIRE?.includes("python")) throw new Error(reason);
  console.warn(`skipped: ${reason}`);
}
const script = fileURLToPath(new URL("../../../tools/python/replay_model.py", import.meta.url));

const timeout = 300_000;
test.skipIf(python === "")(
  "PyTorch gives a trained zoo's models the accuracy that was stored",
  { timeout },
  async () => {
    const zoo = join(dir, "zoo");
    const made = await run("run", "mnist-10k-seed", "--models", "3", "--epochs", "1", "--out", zoo);
    expect(made.code, made.err).toBe(0);
    const { images, labels, shape, splits } = await loadDataset("mnist-10k");
    const size = shape[0] * shape[1] * shape[2];
    const test = Array.from(splits.test);
    const pixels = Uint8Array.from(test.flatMap((i) => Array.from(images.subarray(i * size, (i + 1) * size))));
    writeFileSync(join(dir, "images.npy"), npy(pixels, [test.length, size]));
    const classes = Uint8Array.from(test, (i) => labels[i]);
    writeFileSync(join(dir, "labels.npy"), npy(classes, [classes.length]));
    for (const model of [0, 2]) {
      for (const epoch of [0, 1]) {
        const args = [script, zoo, `${model}`, `${epoch}`, join(dir, "images.npy"), join(dir, "labels.npy")];
        const said = execFileSync(python, args, { encoding: "utf8" });
        const [, right, stored, ties] = /: (\d+) of 1000 right, stored (\d+); (\d+) ties/.exec(said)?.map(Number) ?? [];
        expect(Math.abs(right - stored), said).toBeLessThanOrEqual(ties);
      }
    }
  },
);

/** uint8 as NumPy's .npy, version 1.0. */
function npy(bytes: Uint8Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(`${text.padEnd(117)}\n`), bytes]);
}
