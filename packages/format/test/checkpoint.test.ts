import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Checkpoint, checkpointEpoch, readCheckpoint, writeCheckpoint } from "../src/write/checkpoint.ts";
import { runPython } from "./support/python.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

const checkpoint: Checkpoint = {
  epoch: 7,
  tensors: {
    weights: {
      dtype: "F32",
      shape: [2, 3],
      data: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45, 3),
    },
    "2": { dtype: "U8", shape: [2], data: Uint8Array.of(1, 255) },
    steps: { dtype: "U32", shape: [2], data: Uint32Array.of(0, 4294967295) },
    loss: { dtype: "F64", shape: [2, 1], data: Float64Array.of(0.1, -1e300) },
    none: { dtype: "I32", shape: [2, 0], data: new Int32Array(0) },
  },
};

test("a checkpoint comes back with its epoch and every bit, payloads of NaN too", async () => {
  const path = join(await temporaryFolder(), "checkpoint.safetensors");
  const payload = new Uint8Array(checkpoint.tensors.weights.data.buffer, 8, 4);
  payload.set([1, 2, 0xc3, 0xff]);
  await writeCheckpoint(path, checkpoint);
  const read = (await readCheckpoint(path)) as Checkpoint;
  expect(read).toEqual(checkpoint);
  expect([...new Uint8Array(read.tensors.weights.data.buffer, 8, 4)]).toEqual([1, 2, 0xc3, 0xff]);
  expect(await checkpointEpoch(path)).toBe(7);
});

test("a checkpoint is replaced in one step, and no temporary file is left", async () => {
  const dir = await temporaryFolder();
  const path = join(dir, "checkpoint.safetensors");
  await writeCheckpoint(path, checkpoint);
  await writeCheckpoint(path, { ...checkpoint, epoch: 8 });
  expect((await readCheckpoint(path))?.epoch).toBe(8);
  expect(await readdir(dir)).toEqual(["checkpoint.safetensors"]);
});

test("none is none, and neither is one that is cut anywhere or has one wrong byte", async () => {
  const path = join(await temporaryFolder(), "checkpoint.safetensors");
  expect(await readCheckpoint(path)).toBe(null);
  expect(await checkpointEpoch(path)).toBe(null);
  await writeCheckpoint(path, checkpoint);
  const bytes = await readFile(path);
  for (let at = 0; at < bytes.length; at++) {
    await writeFile(path, bytes.subarray(0, at));
    expect(await readCheckpoint(path), `cut at ${at}`).toBe(null);
    const wrong = Buffer.from(bytes);
    wrong[at] ^= 0x11;
    await writeFile(path, wrong);
    const read = await readCheckpoint(path);
    expect(read ?? checkpoint, `byte ${at}`).toEqual(checkpoint); // equal where it is of the padding
  }
});

test("Python's safetensors opens it", async (context) => {
  const path = join(await temporaryFolder(), "checkpoint.safetensors");
  await writeCheckpoint(path, checkpoint);
  const script = `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f:
    print(f.metadata()["epoch"], f.get_tensor("weights").shape, f.get_tensor("steps").tolist(), f.get_tensor("2").tolist())`;
  expect(runPython(context, "-c", [script, path]).trim()).toBe("7 (2, 3) [0, 4294967295] [1, 255]");
});
