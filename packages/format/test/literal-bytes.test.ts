import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { swapBytes } from "../src/files/endian.ts";
import { type Architecture, shardMetadata } from "../src/index.ts";
import { ShardWriter } from "../src/node.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

// The example of SPEC.md.
const smallest: Architecture = {
  name: "dot",
  input: [1, 1, 1],
  classes: 1,
  layers: [{ type: "flatten" }, { type: "linear", out: 1 }],
};

const metrics = (epoch: number) => [
  { model: 7, epoch, train_loss: 1, train_acc: 0, val_loss: 1, val_acc: 0, test_loss: 1, test_acc: 0 },
];

test("the smallest shard has the bytes that SPEC.md prints", async () => {
  const dir = await temporaryFolder();
  const plan = { index: 0, models: [7], states: 2, D: 2, metadata: shardMetadata(smallest, "n1") };
  const writer = await ShardWriter.open(dir, plan);
  await writer.append(Float32Array.of(1, -2), metrics(0), new Uint8Array());
  await writer.append(new Float32Array(Uint32Array.of(0x7fc00000, 0x80000000).buffer), metrics(1), new Uint8Array());
  await writer.publish();
  const bytes = await readFile(join(dir, "weights/shard-00000.safetensors"));
  const json =
    '{"__metadata__":{"architecture":"dot","format":"model-zoo-shard","format_version":"1.0","layout":"{\\"D\\":2,\\"tensors\\":[{\\"name\\":\\"layers.1.weight\\",\\"shape\\":[1,1],\\"offset\\":0},{\\"name\\":\\"layers.1.bias\\",\\"shape\\":[1],\\"offset\\":1}]}","models":"[7]","numerics_version":"n1","shard":"0"},"weights":{"dtype":"F32","shape":[2,1,2],"data_offsets":[0,16]}}';
  const length = Math.ceil((8 + json.length) / 64) * 64 - 8;
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([length % 256, length >> 8, 0, 0, 0, 0, 0, 0]));
  expect(bytes.subarray(8, 8 + length).toString()).toBe(json.padEnd(length));
  expect(bytes.subarray(8 + length).toString("hex")).toBe("0000803f000000c00000c07f00000080");
  const spec = await readFile(new URL("../SPEC.md", import.meta.url), "utf8");
  expect(spec).toContain(json);
  const prefix = bytes
    .subarray(0, 8)
    .toString("hex")
    .replaceAll(/(..)(?=.)/g, "$1 ");
  expect(spec).toContain(`\`${prefix}\`, then this and ${length - json.length} spaces`);
  expect(spec).toContain("00 00 80 3f  00 00 00 c0  00 00 c0 7f  00 00 00 80");
});

test("a big-endian machine swaps the bytes of each weight", () => {
  expect(swapBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual(Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5));
});
