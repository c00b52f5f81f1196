import type { Dense, DenseOptions, PairOperation, Reals, Segment } from "../contract/dense.ts";
import { checkSegments, otherLength, pairShape } from "../contract/dense-shapes.ts";
import type { RunOptions } from "../contract/run-options.ts";
import { placeTile, tilesOf } from "../kernels/tiles.ts";
import { inSharedMemory } from "./arrays.ts";
import type { DenseAnswer, DenseRequest, PairRequest } from "./dense-request.ts";

/** Parts that every worker gets where there is enough to do, so that all end at about the same time. */
const PARTS = 4;
/** Sums of so many terms altogether are worth a part's overhead. */
const LEAST_TERMS = 2 ** 24;
/** Rows and columns of a part's answer at most: 32 MB. */
const MOST_ROWS = 2048;
/** Multiples of it leave no vector of any engine half empty. */
const UNIT = 48;
/** Rows of statistics that fit 16 MB, or these. */
const PIECE_BYTES = 2 ** 24;
const STATISTICS = 7;

type Ask = (request: DenseRequest, options: RunOptions) => Promise<DenseAnswer>;
type Matrix = Reals | Uint8Array;

/** Cuts calls into parts of the result for `size` workers; for one worker it cuts nothing. */
export class DividedDense implements Dense {
  readonly #size: number;
  readonly #ask: Ask;

  constructor(size: number, ask: Ask) {
    this.#size = size;
    this.#ask = ask;
  }

  product(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("product", a, b, K, options, (length) => new Float64Array(length));
  }

  columnProduct(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("columnProduct", a, b, K, options, (length) => new Float64Array(length));
  }

  product64(a: Reals, b: Reals, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("product64", a, b, K, options, (length) => new Float64Array(length));
  }

  columnProduct64(a: Reals, b: Reals, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("columnProduct64", a, b, K, options, (length) => new Float64Array(length));
  }

  squaredDistances(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("squaredDistances", a, b, K, options, (length) => new Float64Array(length));
  }

  matches(a: Uint8Array, b: Uint8Array, K: number, options: DenseOptions = {}): Promise<Int32Array> {
    return this.#pairs("matches", a, b, K, options, (length) => new Int32Array(length));
  }

  async segmentStatistics(
    rows: Float32Array,
    K: number,
    given: readonly Segment[],
    options: RunOptions = {},
  ): Promise<Float64Array> {
    const m = otherLength(rows, K);
    checkSegments(given, K);
    const segments = given.map(({ offset, size }) => ({ offset, size }));
    const width = segments.length * STATISTICS;
    const ask = async (part: Float32Array, partOptions: RunOptions): Promise<Float64Array> =>
      (await this.#ask({ operation: "segmentStatistics", rows: part, K, segments }, partOptions)) as Float64Array;
    if (this.#size === 1) return ask(rows, options);
    const out = new Float64Array(m * width);
    const wanted = Math.min(m / (PARTS * this.#size), PIECE_BYTES / (4 * K), PIECE_BYTES / (8 * width));
    const count = Math.max(1, Math.ceil(wanted / UNIT)) * UNIT;
    const parts = Array.from({ length: Math.ceil(m / count) }, (_, part) => part * count);
    await this.#each(parts, options, async (first, partOptions) => {
      const part = rows.subarray(first * K, Math.min(m, first + count) * K);
      out.set(await ask(part, partOptions), first * width);
    });
    return out;
  }

  async #pairs<A extends DenseAnswer>(
    operation: PairOperation,
    a: Matrix,
    b: Matrix,
    K: number,
    options: DenseOptions,
    make: (length: number) => A,
  ): Promise<A> {
    const { rows, columns } = pairShape(a, b, K, options);
    const itself = a === b;
    if (this.#size === 1) {
      return (await this.#ask({ operation, a, b: itself ? null : b, K, rows, columns }, options)) as A;
    }
    const symmetric = itself && rows.first === columns.first && rows.count === columns.count;
    const out = make(rows.count * columns.count);
    const area = (rows.count * columns.count) / (symmetric ? 2 : 1);
    const edge = Math.max(Math.sqrt(area / (PARTS * this.#size)), Math.sqrt(LEAST_TERMS / K), 1);
    const tiles = tilesOf(rows.count, columns.count, Math.min(MOST_ROWS, Math.ceil(edge / UNIT) * UNIT), symmetric);
    const shared: Pick<PairRequest, "operation" | "a" | "b" | "K"> = {
      operation,
      K,
      a: inSharedMemory(a),
      b: itself ? null : inSharedMemory(b),
    };
    await this.#each(tiles, options, async (tile, { signal, onChunk }) => {
      const part = {
        rows: { first: rows.first + tile.row, count: tile.rows },
        columns: { first: columns.first + tile.column, count: tile.columns },
      };
      const times = symmetric && tile.row !== tile.column ? 2 : 1;
      const answer = await this.#ask(
        { ...shared, ...part },
        { ...(signal && { signal }), ...(onChunk && { onChunk: (elements) => onChunk(times * elements) }) },
      );
      placeTile(out, columns.count, answer as A, tile, symmetric);
    });
    return out;
  }

  /** One part more than workers at once, so that none waits; the first that fails ends the others. */
  async #each<Part>(
    parts: readonly Part[],
    { signal, onChunk }: RunOptions,
    run: (part: Part, options: RunOptions) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    const options = { signal: stop.signal, ...(onChunk && { onChunk }) };
    const left = parts.values();
    const runSome = async (): Promise<void> => {
      for (const part of left) await run(part, options);
    };
    try {
      await Promise.all(Array.from({ length: this.#size + 1 }, runSome));
    } finally {
      stop.abort();
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
