import type { Segment } from "../contract/dense.ts";
import { type Block, int32 } from "./block.ts";

/** Bytes that products need besides; native/products.h says how many at most. */
export const PRODUCTS_SCRATCH = 2 ** 19;
/** Bytes of a task without its segments. */
export const TASK_BYTES = 64;
/** A `diagonal` that leaves nothing out. */
export const WHOLE = -(2 ** 31);

const STATISTICS = 7;
const FLOAT = 4;
const DOUBLE = 8;

/** Adds to out [m, n], at stride `outRow`; all but the counts m, n, K are positions and strides in elements. */
export interface ProductsTask {
  squared: 0 | 1;
  m: number;
  n: number;
  K: number;
  aFirst: number;
  aRow: number;
  aStep: number;
  bFirst: number;
  bRow: number;
  bStep: number;
  outFirst: number;
  outRow: number;
  /** Outputs with j < i + diagonal may be left out. */
  diagonal: number;
}

/** The same in float64, of matrices that are float64 where it says so, else float32. */
export interface Products64Task extends Omit<ProductsTask, "squared"> {
  aDouble: 0 | 1;
  bDouble: 0 | 1;
}

/** Rows of a and b have K bytes and follow each other. */
export interface MatchesTask {
  m: number;
  n: number;
  K: number;
  aFirst: number;
  bFirst: number;
  outFirst: number;
  outRow: number;
  diagonal: number;
}

// In the order of the structs in native/.
const placeFields = [
  "m",
  "n",
  "K",
  "aFirst",
  "aRow",
  "aStep",
  "bFirst",
  "bRow",
  "bStep",
  "outFirst",
  "outRow",
  "diagonal",
] as const;
const productsFields: (keyof ProductsTask)[] = ["squared", ...placeFields];
const products64Fields: (keyof Products64Task)[] = ["aDouble", "bDouble", ...placeFields];
const matchesFields: (keyof MatchesTask)[] = ["m", "n", "K", "aFirst", "bFirst", "outFirst", "outRow", "diagonal"];

export function writeProducts(block: Block, task: ProductsTask): void {
  int32(block).set(productsFields.map((field) => task[field]));
}

export function writeProducts64(block: Block, task: Products64Task): void {
  int32(block).set(products64Fields.map((field) => task[field]));
}

export function writeMatches(block: Block, task: MatchesTask): void {
  int32(block).set(matchesFields.map((field) => task[field]));
}

/** The block needs TASK_BYTES and 8 bytes a segment. */
export function writeStatistics(block: Block, m: number, K: number, segments: readonly Segment[]): void {
  int32(block).set([m, K, segments.length, ...segments.flatMap(({ offset, size }) => [offset, size])]);
}

function read<T>(block: Block, fields: readonly (keyof T)[]): T {
  const words = int32(block);
  checkFits("task", block, fields.length * FLOAT);
  return Object.fromEntries(fields.map((field, i) => [field, words[i]])) as T;
}

/** Throws RangeError unless the call stays within its blocks. */
export function checkProducts(task: Block, a: Block, b: Block, out: Block, scratch: Block): void {
  checkPlaces(read<ProductsTask>(task, productsFields), FLOAT, FLOAT, { a, b, out, scratch });
}

/** The same. */
export function checkProducts64(task: Block, a: Block, b: Block, out: Block, scratch: Block): void {
  const t = read<Products64Task>(task, products64Fields);
  checkPlaces(t, t.aDouble === 0 ? FLOAT : DOUBLE, t.bDouble === 0 ? FLOAT : DOUBLE, { a, b, out, scratch });
}

function checkPlaces(
  t: Omit<ProductsTask, "squared">,
  aBytes: number,
  bBytes: number,
  { a, b, out, scratch }: Record<"a" | "b" | "out" | "scratch", Block>,
): void {
  checkCounts(placeFields.slice(0, -1).map((field) => t[field]));
  if (t.m === 0 || t.n === 0 || t.K === 0) return;
  checkFits("a", a, aBytes * (t.aFirst + (t.m - 1) * t.aRow + (t.K - 1) * t.aStep + 1));
  checkFits("b", b, bBytes * (t.bFirst + (t.n - 1) * t.bRow + (t.K - 1) * t.bStep + 1));
  checkFits("out", out, DOUBLE * (t.outFirst + (t.m - 1) * t.outRow + t.n));
  checkFits("scratch", scratch, PRODUCTS_SCRATCH);
}

/** The same. */
export function checkMatches(task: Block, a: Block, b: Block, out: Block): void {
  const t = read<MatchesTask>(task, matchesFields);
  checkCounts(matchesFields.slice(0, -1).map((field) => t[field]));
  if (t.m === 0 || t.n === 0) return;
  checkFits("a", a, t.aFirst + t.m * t.K);
  checkFits("b", b, t.bFirst + t.n * t.K);
  checkFits("out", out, 4 * (t.outFirst + (t.m - 1) * t.outRow + t.n));
}

/** The same. */
export function checkStatistics(lanes: number, task: Block, rows: Block, out: Block, scratch: Block): void {
  const words = int32(task);
  checkFits("task", task, 12);
  const [m, K, segments] = words;
  checkCounts([m, K, segments]);
  checkFits("task", task, 4 * (3 + 2 * segments));
  checkFits("rows", rows, FLOAT * m * K);
  checkFits("out", out, DOUBLE * m * segments * STATISTICS);
  for (let s = 0; s < segments; s++) {
    const [offset, size] = words.subarray(3 + 2 * s);
    checkCounts([offset, size]);
    if (offset + size > K) throw new RangeError(`a segment ends at ${offset + size}, a row at ${K}`);
    checkFits("scratch", scratch, FLOAT * lanes * size);
  }
}

function checkCounts(counts: readonly number[]): void {
  for (const count of counts) if (!(count >= 0)) throw new RangeError(`a task's counts are 0 or more, got ${count}`);
}

function checkFits(name: string, block: Block, wanted: number): void {
  const { length } = block.bytes;
  if (!(length >= wanted)) throw new RangeError(`the task reaches ${wanted} bytes of ${name}, which has ${length}`);
}
