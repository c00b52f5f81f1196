import { describe, expect, test } from "vitest";
import type { Block } from "../src/kernels/block.ts";
import {
  PRODUCTS_SCRATCH,
  type ProductsTask,
  writeMatches,
  writeProducts,
  writeStatistics,
} from "../src/kernels/dense-tasks.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadWasmKernels } from "../src/node.ts";
import { fastestKernels } from "./support/engines.ts";

const all = [await fastestKernels(), (await loadWasmKernels()).kernels];

describe.each(all.map((kernels): [string, Kernels] => [kernels.id, kernels]))(
  "%s refuses a task that",
  (_, kernels) => {
    const block = (bytes: number): Block => kernels.allocate(bytes);
    const fitting: ProductsTask = {
      squared: 0,
      m: 2,
      n: 3,
      K: 4,
      aFirst: 0,
      aRow: 4,
      aStep: 1,
      bFirst: 0,
      bRow: 4,
      bStep: 1,
      outFirst: 0,
      outRow: 3,
      diagonal: 0,
    };
    const multiply = (change: Partial<ProductsTask>, bytes = [32, 48, 48, PRODUCTS_SCRATCH]): void => {
      const [a, b, out, scratch] = bytes.map(block);
      const task = block(64);
      writeProducts(task, { ...fitting, ...change });
      kernels.products(task, a, b, out, scratch);
    };

    test("reaches beyond a matrix of products", () => {
      expect(() => multiply({})).not.toThrow();
      const changes: Partial<ProductsTask>[] = [
        { m: 3 },
        { n: 4 },
        { K: 5 },
        { aFirst: 1 },
        { aRow: 5 },
        { bStep: 2 },
        { bFirst: 1 },
      ];
      for (const change of [...changes, { outFirst: 1 }, { outRow: 4 }, { m: -1 }, { aRow: -1 }]) {
        expect(() => multiply(change), JSON.stringify(change)).toThrow(RangeError);
      }
      expect(() => multiply({}, [32, 48, 48, PRODUCTS_SCRATCH - 64])).toThrow("bytes of scratch, which has");
      expect(() => multiply({}, [28, 48, 48, PRODUCTS_SCRATCH])).toThrow(
        new RangeError("the task reaches 32 bytes of a, which has 28"),
      );
    });

    test("reaches beyond bytes to match", () => {
      const match = (change: object): void => {
        const task = block(64);
        writeMatches(task, { m: 2, n: 3, K: 4, aFirst: 0, bFirst: 0, outFirst: 0, outRow: 3, diagonal: 0, ...change });
        kernels.matches(task, block(8), block(12), block(24));
      };
      expect(() => match({})).not.toThrow();
      for (const change of [{ m: 3 }, { n: 4 }, { K: 5 }, { aFirst: 1 }, { bFirst: 1 }, { outFirst: 1 }, { n: -1 }]) {
        expect(() => match(change), JSON.stringify(change)).toThrow(RangeError);
      }
    });

    test("reaches beyond rows, answers or scratch of statistics", () => {
      const measure = (m: number, size: number, bytes = [80, 112, 4 * kernels.lanes * 10], offset = 0): void => {
        const [rows, out, scratch] = bytes.map(block);
        const task = block(72);
        writeStatistics(task, m, 10, [{ offset, size }]);
        kernels.statistics(task, rows, out, scratch);
      };
      expect(() => measure(2, 10)).not.toThrow();
      expect(() => measure(3, 10)).toThrow("bytes of rows, which has 80");
      expect(() => measure(2, 10, [80, 104, 4 * kernels.lanes * 10])).toThrow("bytes of out, which has 104");
      expect(() => measure(2, 10, [80, 112, 4 * kernels.lanes * 9])).toThrow("bytes of scratch, which has");
      expect(() => measure(2, 10, undefined, 1)).toThrow(new RangeError("a segment ends at 11, a row at 10"));
      expect(() => measure(2, -1)).toThrow(RangeError);
    });
  },
);
