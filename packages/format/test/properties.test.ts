import * as fc from "fast-check";
import { expect, test } from "vitest";
import { elementBytes } from "../src/files/elements.ts";
import { readTable, writeTable } from "../src/files/parquet.ts";
import { decodeHeader, encodeHeader } from "../src/files/safetensors.ts";
import {
  checkZoo,
  deriveLayout,
  isZooError,
  type LayerSpec,
  memoryStorage,
  openZoo,
  sha256Hasher,
  toHex,
} from "../src/index.ts";
import { nodeHasher, sha256 } from "../src/node/digest.ts";
import { planReads } from "../src/read/read-plan.ts";
import { decodeJournal, encodeHead, encodeLine } from "../src/write/journal.ts";
import { tinyFiles, tinySlab } from "./support/tiny-zoo.ts";

const seed = 20220914;

test("any table returns as it was written, and twice the same bytes", async () => {
  const columns = {
    i: { type: "INT32" },
    l: { type: "INT64" },
    d: { type: "DOUBLE" },
    b: { type: "BOOLEAN" },
    s: { type: "STRING" },
  } as const;
  const row = fc.tuple(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 50 }), async (rows) => {
      const table = {
        i: Int32Array.from(rows, ([i]) => i),
        l: BigInt64Array.from(rows, ([, l]) => l),
        d: Float64Array.from(rows, ([, , d]) => d),
        b: rows.map(([, , , b]) => b),
        s: rows.map(([, , , , s]) => s),
      };
      const bytes = writeTable(columns, table);
      expect(await readTable(columns, bytes, "t")).toEqual(table);
      expect(Buffer.compare(writeTable(columns, structuredClone(table)), bytes)).toBe(0);
    }),
    { seed },
  );
});

test("a table of many pages and row groups returns as it was written", async () => {
  const columns = { d: { type: "DOUBLE" }, b: { type: "BOOLEAN" } } as const;
  const rows = 250_001; // three row groups; a column of one fills a page of 1 MiB seven times
  const table = {
    d: Float64Array.from({ length: rows }, (_, i) => i / 7),
    b: Array.from({ length: rows }, (_, i) => i % 3 === 0),
  };
  expect(await readTable(columns, writeTable(columns, table), "t")).toEqual(table);
});

test("every NaN is stored as one", () => {
  const columns = { d: { type: "DOUBLE" } } as const;
  const odd = new Float64Array(new BigUint64Array([0xfff8_0000_dead_beefn]).buffer);
  expect(writeTable(columns, { d: odd })).toEqual(writeTable(columns, { d: Float64Array.of(Number.NaN) }));
});

test("any header returns as it was written, aligned, and independent of the order of keys", () => {
  const metadata = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.string({ unit: "grapheme" }),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(
      metadata,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("F32" as const, "F16" as const, "U8" as const),
      (metadata, shape, dtype) => {
        const header = encodeHeader([{ name: "weights", dtype, shape }], metadata);
        const bytes = shape.reduce((a, b) => a * b, elementBytes[dtype] as number);
        expect(header.length % 64).toBe(0);
        expect(decodeHeader(header, header.length + bytes, "x")).toEqual({
          dataOffset: header.length,
          metadata,
          tensors: [{ name: "weights", dtype, shape, begin: 0, end: bytes }],
        });
        const reversed = Object.fromEntries(Object.entries(metadata).reverse());
        expect(encodeHeader([{ name: "weights", dtype, shape }], reversed)).toEqual(header);
      },
    ),
    { seed },
  );
});

test("a journal gives back every epoch, and after a cut those whose lines are whole", async () => {
  const number = fc.double();
  const epochs = fc.array(fc.tuple(number, number, number, number, number, number), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(epochs, fc.double({ min: 0, max: 1, noNaN: true }), async (rows, cut) => {
      const entries = rows.map(([train_loss, train_acc, val_loss, val_acc, test_loss, test_acc], i) => {
        const row = { model: 9, epoch: 2 * i, train_loss, train_acc, val_loss, val_acc, test_loss, test_acc };
        const slab = i % 2 === 0 ? sha256(String(i)) : null;
        return { epoch: 2 * i, slab, metrics: [row], diverged: i > 1 ? [9] : [], engine: "none" };
      });
      const plan = { models: [9], measured: [0, 2, 4, 6], columns: [] };
      const lines = [encodeHead(sha256("plan")), ...entries.map((entry) => encodeLine(entry, []))];
      const bytes = new TextEncoder().encode(lines.join(""));
      expect((await decodeJournal(bytes, plan)).epochs).toEqual(entries);
      const kept = Math.floor(cut * bytes.length);
      const whole = lines.filter((_, i) => lines.slice(0, i + 1).join("").length <= kept).length;
      const left = await decodeJournal(bytes.subarray(0, kept), plan);
      expect(left.epochs).toEqual(entries.slice(0, Math.max(0, whole - 1)));
    }),
    { seed, numRuns: 50 },
  );
});

test("planned reads bring every vector to its place, and bridge no larger gap than allowed", () => {
  const vector = fc.record({ shard: fc.nat({ max: 2 }), vector: fc.nat({ max: 30 }) });
  fc.assert(
    fc.property(fc.array(vector, { maxLength: 40 }), fc.nat({ max: 5 }), (wanted, gap) => {
      const reads = wanted.map((read, target) => ({ ...read, target }));
      const segments = planReads(reads, 4, gap * 4);
      const found = segments.flatMap(({ reads }) => reads).sort((a, b) => a.target - b.target);
      expect(found).toEqual(reads);
      for (const { first, count, direct, reads, shard } of segments) {
        const vectors = reads.map(({ vector }) => vector - first);
        expect(reads.every((read) => read.shard === shard)).toBe(true);
        expect(vectors.every((vector) => vector >= 0 && vector < count)).toBe(true);
        expect(vectors.every((vector, i) => i === 0 || vector - vectors[i - 1] - 1 <= gap)).toBe(true);
        const inPlace = reads.every((read, i) => vectors[i] === i && read.target === reads[0].target + i);
        expect(inPlace || !direct).toBe(true);
      }
    }),
    { seed },
  );
});

test("any models at any epoch come as they were stored, from storages with and without gaps", async () => {
  const storage = memoryStorage(tinyFiles());
  const zoos = [await openZoo(storage), await openZoo({ ...storage, maxGapBytes: 1000 })];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 4 })), fc.nat({ max: 2 }), async (models, epoch) => {
      for (const zoo of zoos) expect((await zoo.weightsAt(epoch, models)).data).toEqual(tinySlab(models, epoch, 67));
    }),
    { seed },
  );
});

test("a flipped bit in any file is refused, or changes nothing", async () => {
  const files = tinyFiles();
  const names = [...files.keys()];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), fc.nat({ max: 7 }), async (name, position, bit) => {
      const bytes = (files.get(name) as Uint8Array).slice();
      bytes[position % bytes.length] ^= 1 << bit;
      try {
        const storage = memoryStorage(new Map(files).set(name, bytes));
        const zoo = await openZoo(storage);
        if ((await checkZoo(storage)).length > 0) return;
        expect((await zoo.weightsAt(2)).data).toEqual(tinySlab([0, 1, 2, 3, 4], 2, 67));
      } catch (e) {
        if (!isZooError(e)) throw e;
      }
    }),
    { seed, numRuns: 400 },
  );
});

test("the tensors of any network fill its vector without gaps", () => {
  const size = fc.integer({ min: 1, max: 5 });
  const convolutions = fc.array(
    fc.record({ type: fc.constant("conv2d" as const), out: size, kernel: size, stride: size }),
    { maxLength: 3 },
  );
  const dense = fc.array(fc.record({ type: fc.constant("linear" as const), out: size }), { maxLength: 3 });
  fc.assert(
    fc.property(convolutions, dense, (first, second) => {
      const layers: LayerSpec[] = [...first, { type: "flatten" }, ...second, { type: "linear", out: 3 }];
      let layout: ReturnType<typeof deriveLayout>;
      try {
        layout = deriveLayout({ name: "any", input: [2, 9, 9], classes: 3, layers });
      } catch (e) {
        if (isZooError(e, "bad-architecture")) return;
        throw e;
      }
      let offset = 0;
      for (const tensor of layout.tensors) {
        expect(tensor.offset).toBe(offset);
        expect(tensor.size).toBe(tensor.shape.reduce((a, b) => a * b, 1));
        offset += tensor.size;
      }
      expect(layout.D).toBe(offset);
    }),
    { seed },
  );
});

test("the built-in SHA-256 agrees with Node's for any input in any pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
      const hasher = sha256Hasher();
      for (const piece of pieces) hasher.update(piece);
      expect(toHex(hasher.digest())).toBe(sha256(...pieces));
      const node = nodeHasher();
      for (const piece of pieces) node.update(piece);
      expect(toHex(node.digest())).toBe(sha256(...pieces));
    }),
    { seed },
  );
});
