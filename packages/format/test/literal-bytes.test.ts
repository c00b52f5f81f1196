import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { swapBytes, toLittleEndian } from "../src/files/endian.ts";
import { encodeShardHeader } from "../src/files/shard-header.ts";
import { type Architecture, ShardTree, shardMetadata, toHex } from "../src/index.ts";

// The example of SPEC.md.
const smallest: Architecture = {
  name: "dot",
  input: [1, 1, 1],
  classes: 1,
  layers: [{ type: "flatten" }, { type: "linear", out: 1 }],
};

test("the smallest shard has the bytes that SPEC.md prints", async () => {
  const array = { name: "weights", dtype: "F32" as const };
  const metadata = shardMetadata(smallest, { name: "n1", exact: true });
  const header = encodeShardHeader({ index: 0, models: [7], states: [0, 3], length: 2, array }, metadata);
  const nanAndZero = new Float32Array(Uint32Array.of(0x7fc00000, 0x80000000).buffer);
  const slabs = [Float32Array.of(1, -2), nanAndZero].map(toLittleEndian);
  const bytes = Buffer.concat([header, ...slabs]);
  const json =
    '{"__metadata__":{"architecture":"dot","array":"weights","format":"model-zoo-shard","format_version":"2.0","layout":"{\\"D\\":2,\\"tensors\\":[{\\"name\\":\\"layers.1.weight\\",\\"shape\\":[1,1],\\"offset\\":0,\\"role\\":\\"weight\\"},{\\"name\\":\\"layers.1.bias\\",\\"shape\\":[1],\\"offset\\":1,\\"role\\":\\"bias\\"}],\\"buffers\\":[]}","models":"[7]","numerics":"{\\"name\\":\\"n1\\",\\"exact\\":true}","shard":"0","states":"[0,3]"},"weights":{"dtype":"F32","shape":[2,1,2],"data_offsets":[0,16]}}';
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
  const tree = new ShardTree([7]);
  for (const [e, slab] of slabs.entries()) tree.addState([0, 3][e], [slab]);
  expect(spec).toContain(`the root of its model is \`${toHex(tree.modelRoots()[0])}\``);
  expect(spec).toContain(`of the shard \`${tree.root()}\``);
});

test("a big-endian machine swaps the bytes of each element", () => {
  expect(swapBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4)).toEqual(Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5));
  expect(swapBytes(Uint8Array.of(1, 2, 3, 4), 2)).toEqual(Uint8Array.of(2, 1, 4, 3));
});
