import * as h5wasm from "h5wasm";
import { describe, expect, test } from "vitest";
import { readUspsHdf5 } from "../src/hdf5.ts";

/** usps.h5 in small: `train` and `test` images of one constant each, with the label 3. */
async function make(train: number, value = 0.5, label = 3): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File("/made.h5", "w");
  for (const [part, N] of [
    ["train", train],
    ["test", 1],
  ] as const) {
    const group = file.create_group(part);
    group.create_dataset({ name: "data", data: new Float32Array(N * 256).fill(value), shape: [N, 256] });
    group.create_dataset({ name: "target", data: new Int32Array(N).fill(label), shape: [N] });
  }
  file.close();
  return FS.readFile("/made.h5");
}

async function read(bytes: Uint8Array): Promise<{ images: Uint8Array; labels: Uint8Array }> {
  const out = { images: new Uint8Array(3 * 256), labels: new Uint8Array(3) };
  await readUspsHdf5(bytes, { train: 2, test: 1 }, out.images, out.labels);
  return out;
}

describe("readUspsHdf5", () => {
  test("train and test images follow each other", async () => {
    const { images, labels } = await read(await make(2));
    expect(new Set(images)).toEqual(new Set([127]));
    expect([...labels]).toEqual([3, 3, 3]);
  });

  test("another number of images is refused", async () => {
    await expect(read(await make(4))).rejects.toThrow("/train/data is [4,256], expected [2,256] of Float32Array");
  });

  test("values and labels out of range are refused", async () => {
    await expect(read(await make(2, 1.5))).rejects.toThrow("/train/data has the value 1.5, expected 0..1");
    await expect(read(await make(2, Number.NaN))).rejects.toThrow("/train/data has the value NaN, expected 0..1");
    await expect(read(await make(2, 0, 10))).rejects.toThrow("/train/target has the label 10, expected 0..9");
  });
});
