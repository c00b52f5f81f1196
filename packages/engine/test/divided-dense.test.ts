import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dense, DenseOptions } from "../src/contract/dense.ts";
import type { RunOptions } from "../src/contract/run-options.ts";
import type { DenseAnswer, DenseRequest } from "../src/executor/dense-request.ts";
import { DividedDense } from "../src/executor/divided-dense.ts";
import { type Executor, Stopped } from "../src/executor/executor.ts";
import { executorInThread, openExecutor } from "../src/executor/open-executor.ts";
import { loadEngine } from "../src/load-engine.ts";
import { RandomStream } from "../src/numerics/philox.ts";
import { referenceDense } from "../src/reference/reference-dense.ts";
import { referenceEngine } from "../src/reference/reference-engine.ts";

const random = new RandomStream(11, "ORDER");
const floats = (length: number): Float32Array =>
  Float32Array.from({ length }, () => random.integer(2 ** 24) / 2 ** 23 - 1);
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.integer(4));

/** Enough for several parts, each of several vectors. */
const [m, n, K] = [301, 150, 1000];
const [a, b] = [floats(m * K), floats(n * K)];
const [left, right] = [bytes(m * K), bytes(n * K)];
const segments = [
  { offset: 0, size: 90 },
  { offset: 90, size: 7 },
];
const part = { rows: { first: 5, count: 290 }, columns: { first: 5, count: 290 } };

const calls: Record<string, (dense: Dense, options?: DenseOptions) => Promise<DenseAnswer>> = {
  product: (dense, options) => dense.product(a, b, K, options),
  "product with itself": (dense, options) => dense.product(a, a, K, options),
  "columns with themselves": (dense, options) => dense.columnProduct(a, a, m, options),
  columns: (dense, options) => dense.columnProduct(a, b.subarray(0, 301 * 400), m, options),
  distances: (dense, options) => dense.squaredDistances(a, a, K, options),
  "distances of a part": (dense, options) => dense.squaredDistances(a, a, K, { ...options, ...part }),
  matches: (dense, options) => dense.matches(left, right, K, options),
  "matches of itself": (dense, options) => dense.matches(left, left, K, options),
  statistics: (dense, options) => dense.segmentStatistics(a, K, segments, options),
};

const equalBytes = (one: ArrayBufferView, other: ArrayBufferView): boolean =>
  Buffer.from(one.buffer).equals(Buffer.from(other.buffer));

let own: Dense;
let executors: Executor[];
beforeAll(async () => {
  own = (await loadEngine("auto")).dense;
  executors = await Promise.all([0, 1, 2].map((workers) => openExecutor({ engine: "auto", workers })));
}, 300_000);
afterAll(async () => {
  await Promise.all(executors.map((executor) => executor.close()));
});

describe("the matrices of any number of workers", () => {
  test.each(Object.keys(calls))("are those of the engine: %s", async (name) => {
    const wanted = await calls[name](own);
    for (const { dense, size } of executors) {
      let counted = 0;
      const found = await calls[name](dense, { onChunk: (elements) => (counted += elements) });
      expect(found.constructor).toBe(wanted.constructor);
      expect(equalBytes(found, wanted), `${size}`).toBe(true);
      expect(counted, `${size}`).toBe(name === "statistics" ? m : wanted.length);
    }
  });

  test("leave the caller's arrays as they were, in shared memory or not", async () => {
    const shared = new Float32Array(new SharedArrayBuffer(a.byteLength));
    shared.set(a);
    const wanted = await own.product(a, b, K);
    for (const { dense } of executors) {
      expect(equalBytes(await dense.product(shared, b, K), wanted)).toBe(true);
      expect(a.length).toBe(m * K);
      expect(equalBytes(shared, a)).toBe(true);
    }
  });

  test("of wrong arguments are the engine's RangeErrors", async () => {
    for (const { dense } of executors) {
      await expect(dense.product(a, b, 11)).rejects.toThrow(
        new RangeError("a matrix with an axis of 11 cannot have 301000 elements"),
      );
      await expect(dense.matches(left, right, K, { rows: { first: 300, count: 2 } })).rejects.toThrow(
        new RangeError("the result has 301 rows, asked were 2 from 300"),
      );
      await expect(dense.segmentStatistics(a, K, [{ offset: 999, size: 2 }])).rejects.toThrow(
        new RangeError("a segment of 2 elements from 999 is not within a row of 1000"),
      );
    }
  });

  test("are given up at once with the signal's reason, and the workers go on", async () => {
    const many = floats(1500 * 2464);
    const wanted = await own.product(a, b, K);
    for (const { dense } of executors) {
      const abort = new AbortController();
      const reason = new Error("enough");
      // After the first of at least three pieces.
      const onChunk = (): void => abort.abort(reason);
      const running = dense.squaredDistances(many, many, 2464, { signal: abort.signal, onChunk });
      await expect(running).rejects.toBe(reason);
      await expect(dense.matches(left, right, K, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(equalBytes(await dense.product(a, b, K), wanted)).toBe(true);
    }
  });

  test("end with what onChunk throws", async () => {
    for (const { dense } of executors) {
      const onChunk = (): void => {
        throw new Error("no more");
      };
      await expect(dense.product(a, b, K, { onChunk })).rejects.toThrow("no more");
    }
  });

  test("reject when the executor is closed", async () => {
    const executor = await openExecutor({ engine: "auto", workers: 1 });
    const [running] = await Promise.all([Promise.allSettled([executor.dense.product(a, b, K)]), executor.close()]);
    expect(running).toEqual([{ status: "rejected", reason: expect.any(Stopped) }]);
    await expect(executor.dense.product(a, b, K)).rejects.toThrow(Stopped);
  });
});

test("an executor in this thread has the matrices of its engine, the reference's too", async () => {
  const executor = executorInThread(referenceEngine);
  const [x, y] = [floats(5 * 300), floats(4 * 300)];
  expect(await executor.dense.product(x, y, 300)).toEqual(await referenceDense.product(x, y, 300));
  await executor.close();
});

describe("cutting", () => {
  /** Answers itself and notes what it was asked. */
  const noting = (size: number): { dense: Dense; asked: DenseRequest[] } => {
    const asked: DenseRequest[] = [];
    const ask = async (request: DenseRequest, options: RunOptions): Promise<DenseAnswer> => {
      asked.push(request);
      await new Promise(setImmediate);
      options.signal?.throwIfAborted();
      if (request.operation === "segmentStatistics") return own.segmentStatistics(request.rows, request.K, segments);
      const { rows, columns } = request;
      return new Float64Array(rows.count * columns.count).fill(1);
    };
    return { dense: new DividedDense(size, ask), asked };
  };

  test("gives every worker some parts, half as many of a symmetric result, and covers it", async () => {
    const [tall, wide] = [new Float32Array(1600 * 2464), new Float32Array(1700 * 2464)];
    const whole = noting(2);
    expect((await whole.dense.product(tall, wide, 2464)).every((x) => x === 1)).toBe(true);
    expect(whole.asked.length).toBeGreaterThanOrEqual(6);
    const half = noting(2);
    expect((await half.dense.product(tall, tall, 2464)).every((x) => x === 1)).toBe(true);
    expect(half.asked.length).toBeGreaterThanOrEqual(6);
    const area = half.asked.reduce(
      (sum, one) => sum + ("rows" in one && "columns" in one ? one.rows.count * one.columns.count : 0),
      0,
    );
    expect(area / 1600 ** 2).toBeLessThan(0.75);
  });

  test("copies a matrix to shared memory once, and no part of it to a task", async () => {
    const { dense, asked } = noting(2);
    const matrix = new Float32Array(1500 * 2464);
    await dense.squaredDistances(matrix, matrix, 2464);
    const buffers = new Set(asked.map((request) => ("a" in request ? request.a.buffer : null)));
    expect(buffers.size).toBe(1);
    expect([...buffers][0]).toBeInstanceOf(SharedArrayBuffer);
    expect(asked.every((request) => "b" in request && request.b === null)).toBe(true);
  });

  test("leaves one worker's calls, and small ones, whole", async () => {
    const one = noting(1);
    await one.dense.product(a, b, K);
    expect(one.asked.length).toBe(1);
    const small = noting(4);
    await small.dense.product(new Float32Array(20 * 30), new Float32Array(40 * 30), 30);
    expect(small.asked.length).toBe(1);
  });

  test("a part that fails ends the others", async () => {
    let begun = 0;
    let aborted = 0;
    const ask = async (_: DenseRequest, { signal }: RunOptions): Promise<DenseAnswer> => {
      if (++begun === 2) throw new RangeError("broken");
      return await new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason as Error);
        });
      });
    };
    const matrix = new Float32Array(1500 * 2464);
    await expect(new DividedDense(2, ask).product(matrix, matrix, 2464)).rejects.toThrow(new RangeError("broken"));
    expect([begun, aborted]).toEqual([3, 2]);
  });
});
