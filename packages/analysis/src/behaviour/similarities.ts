import type { Dense, RunOptions } from "@zoo/engine";
import { linearVector, type RbfOptions, rbfVector } from "./centred-kernels.ts";
import { rankVector } from "./dissimilarity-ranks.ts";
import type { ImageDistances } from "./image-distances.ts";
import { neighbourBytes, sharedNeighbours } from "./neighbours.ts";
import { alignable, procrustesSimilarities } from "./procrustes.ts";

export interface SimilarityOptions {
  rbf?: RbfOptions;
  /** Neighbours of an image; 10 unless given. */
  neighbours?: number;
}

type Row = Float32Array | Uint8Array;

/** How two representations of the same images are compared: each is encoded once, and pairs are compared by a dense product. */
interface Similarity {
  /** Elements of an encoded representation of N images by P features. */
  size: (N: number, P: number) => number;
  bytes: 1 | 4;
  /** Null where undefined. */
  encode: (
    features: Float32Array,
    distances: ImageDistances,
    dense: Dense,
    options: SimilarityOptions,
    run: RunOptions,
  ) => Row | null | Promise<Row | null>;
}

export const DEFAULT_NEIGHBOURS = 10;
const pairsOf = (N: number): number => (N * (N - 1)) / 2;

const catalogue = {
  linear_cka: { size: pairsOf, bytes: 4, encode: (_, distances) => linearVector(distances, "debiased") },
  linear_cka_biased: { size: (N) => pairsOf(N + 1), bytes: 4, encode: (_, d) => linearVector(d, "biased") },
  rbf_cka: { size: pairsOf, bytes: 4, encode: (_, d, __, { rbf }) => rbfVector(d, "debiased", rbf) },
  rbf_cka_biased: { size: (N) => pairsOf(N + 1), bytes: 4, encode: (_, d, __, { rbf }) => rbfVector(d, "biased", rbf) },
  procrustes: { size: (N, P) => N * P, bytes: 4, encode: (features, { N }) => alignable(features, N) },
  rsa: {
    size: pairsOf,
    bytes: 4,
    encode: (features, distances, dense, _, run) => rankVector(features, distances, dense, run),
  },
  mutual_neighbours: {
    size: (N) => N * N,
    bytes: 1,
    encode: (_, distances, __, { neighbours = DEFAULT_NEIGHBOURS }) => neighbourBytes(distances, neighbours),
  },
} as const satisfies Record<string, Similarity>;

export type SimilarityName = keyof typeof catalogue;
export const similarityNames = Object.keys(catalogue) as SimilarityName[];

/** Bytes of one encoded representation. */
export function encodedBytes(name: SimilarityName, N: number, P: number): number {
  return catalogue[name].bytes * catalogue[name].size(N, P);
}

/** Encoded representations of `count` models, for one similarity. */
export class EncodedModels {
  readonly name: SimilarityName;
  readonly count: number;
  readonly N: number;
  /** [count]: 1 where the model's representation has this similarity. */
  readonly defined: Uint8Array;
  readonly #options: SimilarityOptions;
  readonly #size: number;
  readonly #rows: Row;

  constructor(name: SimilarityName, count: number, N: number, P: number, options: SimilarityOptions) {
    const { size, bytes } = catalogue[name];
    [this.name, this.count, this.N, this.#options] = [name, count, N, options];
    this.defined = new Uint8Array(count);
    this.#size = size(N, P);
    this.#rows = bytes === 4 ? new Float32Array(count * this.#size) : new Uint8Array(count * this.#size);
  }

  async add(
    i: number,
    features: Float32Array,
    distances: ImageDistances,
    dense: Dense,
    run: RunOptions,
  ): Promise<void> {
    const row = await catalogue[this.name].encode(features, distances, dense, this.#options, run);
    if (row === null) return;
    this.#rows.set(row, i * this.#size);
    this.defined[i] = 1;
  }

  /** [count, other.count]; NaN where one of the two is undefined. With itself: 1 on the diagonal, exactly. */
  async with(other: EncodedModels, dense: Dense, run: RunOptions = {}): Promise<Float64Array> {
    const values = await this.#values(other, dense, run);
    for (let i = 0; i < this.count; i++) {
      for (let j = 0; j < other.count; j++) {
        const at = i * other.count + j;
        if (this.defined[i] * other.defined[j] === 0) values[at] = Number.NaN;
        else if (other === this && i === j) values[at] = 1;
      }
    }
    return values;
  }

  async #values(other: EncodedModels, dense: Dense, run: RunOptions): Promise<Float64Array> {
    const [a, b] = [this.#rows, other.#rows];
    if (a instanceof Uint8Array && b instanceof Uint8Array) {
      const { neighbours = DEFAULT_NEIGHBOURS } = this.#options;
      const matches = await dense.matches(a, b, this.#size, run);
      return Float64Array.from(matches, (count) => sharedNeighbours(count, this.N, neighbours));
    }
    if (!(a instanceof Float32Array && b instanceof Float32Array)) throw new RangeError("two different similarities");
    if (this.name === "procrustes") return await this.#procrustes(other, a, b, dense, run);
    return await dense.product(a, b, this.#size, run);
  }

  async #procrustes(
    other: EncodedModels,
    a: Float32Array,
    b: Float32Array,
    dense: Dense,
    run: RunOptions,
  ): Promise<Float64Array> {
    const [m, size] = [other.count, this.#size];
    const out = new Float64Array(this.count * m);
    for (let i = 0; i < this.count; i++) {
      run.signal?.throwIfAborted();
      const from = other === this ? i : 0;
      const row = a.subarray(i * size, (i + 1) * size);
      const values = await procrustesSimilarities(row, b.subarray(from * size), this.N, dense, run);
      out.set(values, i * m + from);
      if (other === this) for (let j = i; j < m; j++) out[j * m + i] = values[j - i];
    }
    return out;
  }
}
