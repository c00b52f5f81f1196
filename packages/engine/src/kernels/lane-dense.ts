import type { Dense, DenseOptions, PairOperation, Reals, Segment } from "../contract/dense.ts";
import { checkSegments, otherLength, pairShape } from "../contract/dense-shapes.ts";
import type { RunOptions } from "../contract/run-options.ts";
import { ChunkSize } from "../contract/turns.ts";
import { type Block, float64, int32 } from "./block.ts";
import {
  PRODUCTS_SCRATCH,
  TASK_BYTES,
  WHOLE,
  writeMatches,
  writeProducts,
  writeProducts64,
  writeStatistics,
} from "./dense-tasks.ts";
import type { Kernels } from "./kernels.ts";
import { Pace } from "./pace.ts";
import { placeTile, type Tile, tilesOf } from "./tiles.ts";

/** What a call of the kernels sees of each matrix and writes at most; one vector of rows may be more. */
const PIECE_BYTES = 2 ** 24;
/** Rows and columns of a tile of a result. */
const EDGE = 960;
/** K may be cut after multiples of it. */
const BLOCK = 256;
/** A multiple of the rows that any build takes at once. */
const ROWS = 24;
const STATISTICS = 7;

type Matrix = Reals | Uint8Array;

/** A pair operation whose arguments were checked. */
interface Pairs {
  operation: PairOperation;
  a: Matrix;
  b: Matrix;
  K: number;
  shape: ReturnType<typeof pairShape>;
  symmetric: boolean;
}

/** Matrices by compiled kernels, tile by tile. */
export class LaneDense implements Dense {
  readonly #kernels: Kernels;
  readonly #chunks = new Map<string, ChunkSize>();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  product(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("product", a, b, K, options, (length) => new Float64Array(length), float64);
  }

  columnProduct(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("columnProduct", a, b, K, options, (length) => new Float64Array(length), float64);
  }

  product64(a: Reals, b: Reals, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("product64", a, b, K, options, (length) => new Float64Array(length), float64);
  }

  columnProduct64(a: Reals, b: Reals, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("columnProduct64", a, b, K, options, (length) => new Float64Array(length), float64);
  }

  squaredDistances(a: Float32Array, b: Float32Array, K: number, options: DenseOptions = {}): Promise<Float64Array> {
    return this.#pairs("squaredDistances", a, b, K, options, (length) => new Float64Array(length), float64);
  }

  matches(a: Uint8Array, b: Uint8Array, K: number, options: DenseOptions = {}): Promise<Int32Array> {
    return this.#pairs("matches", a, b, K, options, (length) => new Int32Array(length), int32);
  }

  async segmentStatistics(
    rows: Float32Array,
    K: number,
    segments: readonly Segment[],
    options: RunOptions = {},
  ): Promise<Float64Array> {
    const m = otherLength(rows, K);
    checkSegments(segments, K);
    const width = segments.length * STATISTICS;
    const out = new Float64Array(m * width);
    const { lanes } = this.#kernels;
    const fitting = Math.floor(PIECE_BYTES / Math.max(4 * K, 8 * width) / lanes) * lanes;
    const most = Math.min(m, Math.max(lanes, fitting));
    const longest = segments.reduce((size, segment) => Math.max(size, segment.size), 1);
    const pace = this.#pace("segmentStatistics", options, m, m * K);
    await this.#withBlocks(
      [TASK_BYTES + 8 * segments.length, 8 * most * width, 4 * lanes * longest],
      async (blocks) => {
        const [task, answers, scratch] = blocks;
        for (let first = 0; first < m; ) {
          const count = pace.rows(Math.min(most, m - first), K, lanes);
          await pace.run(count * K, () => {
            const piece = this.#share(rows.subarray(first * K, (first + count) * K));
            writeStatistics(task, count, K, segments);
            this.#kernels.statistics(task, piece, answers, scratch);
            piece.free();
          });
          out.set(float64(answers).subarray(0, count * width), first * width);
          first += count;
        }
      },
    );
    return out;
  }

  async #pairs<A extends Int32Array | Float64Array>(
    operation: PairOperation,
    a: Matrix,
    b: Matrix,
    K: number,
    options: DenseOptions,
    make: (length: number) => A,
    view: (block: Block) => A,
  ): Promise<A> {
    const shape = pairShape(a, b, K, options);
    const { rows, columns } = shape;
    const symmetric = a === b && rows.first === columns.first && rows.count === columns.count;
    const out = make(rows.count * columns.count);
    const elementBytes = Math.max(a.BYTES_PER_ELEMENT, b.BYTES_PER_ELEMENT);
    const rowBytes = isByColumns(operation) ? 0 : K * elementBytes;
    const edge = Math.max(1, Math.min(EDGE, Math.floor(PIECE_BYTES / rowBytes)));
    const tiles = tilesOf(rows.count, columns.count, edge, symmetric);
    const total = tiles.reduce((sum, tile) => sum + tile.rows * tile.columns * K, 0);
    const pace = this.#pace(operation, options, out.length, total);
    const largest = Math.min(edge, rows.count) * Math.min(edge, columns.count) * out.BYTES_PER_ELEMENT;
    await this.#withBlocks([TASK_BYTES, PRODUCTS_SCRATCH, largest], async ([task, scratch, answers]) => {
      for (const tile of tiles) {
        const size = tile.rows * tile.columns;
        view(answers).fill(0, 0, size);
        const pairs = { operation, a, b, K, shape, symmetric };
        await this.#tile(pairs, tile, { task, scratch, answers }, pace);
        placeTile(out, columns.count, view(answers).subarray(0, size) as A, tile, symmetric);
      }
    });
    return out;
  }

  /** Computes answers [tile.rows, tile.columns]. */
  async #tile(
    { operation, a, b, K, shape, symmetric }: Pairs,
    tile: Tile,
    { task, scratch, answers }: Record<"task" | "scratch" | "answers", Block>,
    pace: Pace,
  ): Promise<void> {
    const { m, n } = shape;
    const firstRow = shape.rows.first + tile.row;
    const firstColumn = shape.columns.first + tile.column;
    const byColumns = isByColumns(operation);
    const widest = Math.max(m * a.BYTES_PER_ELEMENT, n * b.BYTES_PER_ELEMENT);
    const fitting = Math.floor(PIECE_BYTES / widest / BLOCK) * BLOCK;
    const depth = byColumns ? Math.max(BLOCK, fitting) : K;
    for (let k = 0; k < K; k += depth) {
      const terms = Math.min(depth, K - k);
      const part = (matrix: Matrix, width: number, first: number, count: number): Matrix =>
        byColumns ? matrix.subarray(k * width, (k + terms) * width) : matrix.subarray(first * K, (first + count) * K);
      await this.#withShared(
        [part(a, m, firstRow, tile.rows), part(b, n, firstColumn, tile.columns)],
        async ([left, right]) => {
          for (let r = 0; r < tile.rows; ) {
            const count = pace.rows(tile.rows - r, tile.columns * terms, ROWS);
            const common = {
              m: count,
              n: tile.columns,
              K: terms,
              aFirst: byColumns ? firstRow + r : r * K,
              bFirst: byColumns ? firstColumn : 0,
              outFirst: r * tile.columns,
              outRow: tile.columns,
              diagonal: symmetric ? firstRow + r - firstColumn : WHOLE,
            };
            await pace.run(count * tile.columns * terms, () => {
              if (operation === "matches") {
                writeMatches(task, common);
                return this.#kernels.matches(task, left, right, answers);
              }
              const strides = byColumns
                ? { aRow: 1, aStep: m, bRow: 1, bStep: n }
                : { aRow: K, aStep: 1, bRow: K, bStep: 1 };
              if (operation === "product64" || operation === "columnProduct64") {
                const doubles = { aDouble: isDouble(a), bDouble: isDouble(b) };
                writeProducts64(task, { ...common, ...strides, ...doubles });
                return this.#kernels.products64(task, left, right, answers, scratch);
              }
              writeProducts(task, { ...common, ...strides, squared: operation === "squaredDistances" ? 1 : 0 });
              this.#kernels.products(task, left, right, answers, scratch);
            });
            r += count;
          }
        },
      );
    }
  }

  #pace(kind: string, options: RunOptions, outputs: number, total: number): Pace {
    const chunk = this.#chunks.get(kind) ?? new ChunkSize();
    this.#chunks.set(kind, chunk);
    return new Pace(chunk, options, outputs, total);
  }

  #share({ buffer, byteOffset, byteLength }: Matrix): Block {
    return this.#kernels.share(new Uint8Array(buffer, byteOffset, byteLength));
  }

  async #withBlocks(sizes: readonly number[], use: (blocks: Block[]) => Promise<void>): Promise<void> {
    await withFreed(sizes, (size) => this.#kernels.allocate(size), use);
  }

  async #withShared(matrices: readonly Matrix[], use: (blocks: Block[]) => Promise<void>): Promise<void> {
    await withFreed(matrices, (matrix) => this.#share(matrix), use);
  }
}

const isByColumns = (operation: PairOperation): boolean =>
  operation === "columnProduct" || operation === "columnProduct64";

const isDouble = (matrix: Matrix): 0 | 1 => (matrix instanceof Float64Array ? 1 : 0);

/** Blocks for the time of `use`, freed however it ends. */
async function withFreed<T>(
  what: readonly T[],
  make: (one: T) => Block,
  use: (blocks: Block[]) => Promise<void>,
): Promise<void> {
  const blocks: Block[] = [];
  try {
    for (const one of what) blocks.push(make(one));
    await use(blocks);
  } finally {
    for (const block of blocks) block.free();
  }
}
