import { ZooError } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { buffersOf, inSharedMemory, portable } from "../src/executor/arrays.ts";
import { describeFailure, revive } from "../src/executor/messages.ts";

describe("data for another thread", () => {
  const whole = Float32Array.of(0, 1, 2, 3, 4, 5);
  const shared = new Uint8Array(new SharedArrayBuffer(4));

  test("copies a view alone, leaves shared memory and the caller's arrays where they are", () => {
    const transfer: ArrayBuffer[] = [];
    const value = { view: whole.subarray(2, 4), list: [{ shared, label: "a" }], nothing: null };
    const sent = structuredClone(portable(value, transfer), { transfer });
    expect(sent).toEqual(value);
    expect(transfer.length).toBe(1);
    expect(sent.view.buffer.byteLength).toBe(8);
    expect(whole.length).toBe(6);
    shared[3] = 7;
    expect(sent.list[0].shared[3]).toBe(7);
  });

  test("copies Buffers of Node, whose memory is all Buffers', into plain arrays", () => {
    for (const buffer of [Buffer.from([1, 2, 3]), Buffer.alloc(100_000, 7)]) {
      const before = Uint8Array.from(buffer);
      const transfer: ArrayBuffer[] = [];
      const sent = structuredClone(portable({ images: buffer }, transfer), { transfer });
      expect(sent.images).toEqual(before);
      expect(sent.images.buffer.byteLength).toBe(before.length);
      const shared = inSharedMemory({ images: buffer }).images;
      expect(shared).toEqual(before);
      expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(new Uint8Array(buffer)).toEqual(before);
    }
  });

  test("moves each buffer of an answer once", () => {
    const answer = { all: whole, again: whole.subarray(1), other: new Float64Array(1), shared };
    expect(buffersOf(answer)).toEqual([whole.buffer, answer.other.buffer]);
  });

  test("is put into shared memory once", () => {
    const once = inSharedMemory({ whole, splits: { train: Int32Array.of(3) } });
    expect(once).toEqual({ whole, splits: { train: Int32Array.of(3) } });
    expect(once.whole.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(inSharedMemory(once).splits.train).toBe(once.splits.train);
  });
});

describe("an error of another thread", () => {
  const travelled = (e: unknown): Error => revive(structuredClone(describeFailure(e)));

  test("keeps class, text and stack, and what a ZooError carries", () => {
    for (const error of [new RangeError("a"), new TypeError("b"), new Error("c")]) {
      const revived = travelled(error);
      expect(revived).toStrictEqual(error);
      expect(revived.stack).toBe(error.stack);
    }
    const zoo = new ZooError("bad-architecture", "no", { path: "layers.0", rule: "kernel" });
    expect(travelled(zoo)).toMatchObject({ code: zoo.code, details: zoo.details, message: "no", stack: zoo.stack });
    expect(travelled("thrown text")).toEqual(new Error("thrown text"));
  });
});
