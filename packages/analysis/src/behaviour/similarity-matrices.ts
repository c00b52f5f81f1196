import type { Dense, RunOptions } from "@zoo/engine";
import { imageDistances } from "./image-distances.ts";
import { EncodedModels, encodedBytes, type SimilarityName, type SimilarityOptions } from "./similarities.ts";

/** What one layer of M models makes of N images: P numbers each. */
export interface FeatureSource {
  M: number;
  N: number;
  P: number;
  /** Features [N, P] of models first .. first + count - 1, in any order, each once. `model` counts from 0 to M - 1. */
  features(first: number, count: number): AsyncIterable<{ model: number; features: Float32Array }>;
}

export interface SimilarityMatrices {
  /** [M, M] each: 1 on the diagonal, NaN where a representation is undefined. */
  matrices: Map<SimilarityName, Float64Array>;
  /** [M]: median distance of two images over the root mean square length of a feature vector. */
  spread: Float64Array;
  /** Times that each model's features were asked for. */
  passes: number;
}

export interface MatricesOptions extends SimilarityOptions, RunOptions {
  /** Of encoded models at once; 2^30 unless given. Besides: one model's N² distances, and the results. */
  memoryBytes?: number;
  /** Share done, in [0, 1]. */
  onShare?: (share: number) => void;
}

/**
 * Similarities of all pairs of M models at one layer. Models are encoded in blocks that fit in memory, two blocks at once where
 * there are several; then the features of the later block are asked for again.
 */
export async function similarityMatrices(
  source: FeatureSource,
  names: readonly SimilarityName[],
  dense: Dense,
  options: MatricesOptions = {},
): Promise<SimilarityMatrices> {
  const { M, N, P } = source;
  const { memoryBytes = 2 ** 30, onShare = () => {} } = options;
  const matrices = new Map(names.map((name) => [name, new Float64Array(M * M)]));
  const spread = new Float64Array(M).fill(Number.NaN);
  const each = names.reduce((sum, name) => sum + encodedBytes(name, N, P), 0);
  const size = M * each <= memoryBytes ? M : Math.max(1, Math.floor(memoryBytes / (2 * each)));
  const blocks = Math.ceil(M / size);
  const [encodings, run] = [(blocks * (blocks + 1)) / 2, runOptions(options)];
  let done = 0;
  const encode = async (block: number): Promise<EncodedModels[]> => {
    const first = block * size;
    const count = Math.min(size, M - first);
    const encoded = names.map((name) => new EncodedModels(name, count, N, P, options));
    let of = 0;
    for await (const { model, features } of source.features(first, count)) {
      options.signal?.throwIfAborted();
      const distances = await imageDistances(features, N, dense, run);
      spread[model] = distances.spread;
      for (const models of encoded) await models.add(model - first, features, distances, dense, run);
      onShare((done + ++of / count) / encodings);
    }
    done++;
    return encoded;
  };
  for (let a = 0; a < blocks; a++) {
    const rows = await encode(a);
    for (let b = a; b < blocks; b++) {
      const columns = b === a ? rows : await encode(b);
      for (const [k, name] of names.entries()) {
        const values = await rows[k].with(columns[k], dense, run);
        place(matrices.get(name) as Float64Array, M, values, a * size, b * size, columns[k].count);
      }
    }
  }
  return { matrices, spread, passes: Math.ceil(M / size) };
}

/** Writes values [.., columns] at (top, left) of a symmetric matrix, and mirrored. */
function place(
  matrix: Float64Array,
  M: number,
  values: Float64Array,
  top: number,
  left: number,
  columns: number,
): void {
  for (let at = 0; at < values.length; at++) {
    const [i, j] = [top + Math.floor(at / columns), left + (at % columns)];
    matrix[i * M + j] = values[at];
    matrix[j * M + i] = values[at];
  }
}

const runOptions = ({ signal }: RunOptions): RunOptions => (signal === undefined ? {} : { signal });
