import { bootstrapInterval, bootstrapIntervals, type Interval, mean, type ResultTable } from "@zoo/analysis";
import type { ImageBatch, RunOptions } from "@zoo/engine";
import { askAll, type Executor } from "@zoo/engine/node";
import type { Architecture } from "@zoo/format";
import { activationOf, type NetworkRows } from "./hyperrep-data.ts";
import { type ErrorPart, rowErrors, rSquaredOf } from "./reconstruction-errors.ts";

/** A way to reconstruct networks, and what it gave. */
export interface Reconstruction {
  name: string;
  /** Numbers kept of each network. */
  size: number;
  /** [N, D] */
  found: Float32Array;
}

/** R2 of each reconstruction relative to the mean of the training networks, over all weights and by layer, with intervals over models. */
export function reconstructionTable(
  split: string,
  wanted: NetworkRows,
  trainingMean: Float64Array,
  parts: readonly ErrorPart[],
  reconstructions: readonly Reconstruction[],
  seed: number,
): ResultTable {
  const E = wanted.epochs.length;
  const M = wanted.models.length;
  const rows = reconstructions.flatMap(({ name, size, found }) => {
    const errors = rowErrors(found, wanted.weights, trainingMean, parts);
    const of = (models: ArrayLike<number>): number[] => rSquaredOf(errors, parts.length, rowsOf(models, E));
    const all = of(Array.from({ length: M }, (_, m) => m));
    const intervals = bootstrapIntervals(M, of, { seed });
    return parts.map((part, p) => [name, size, part.name, all[p], intervals[p].low, intervals[p].high]);
  });
  return {
    name: `${split}_reconstruction`,
    caption: `R2 of ${split} models, relative to predicting the mean of the training models: 1 is perfect, 0 no better than the mean.`,
    columns: [
      { name: "method", type: "STRING", description: "how networks are reconstructed" },
      { name: "numbers", type: "INT32", description: "kept of each network" },
      { name: "part", type: "STRING", description: "all weights, or those of a layer" },
      { name: "r2", type: "DOUBLE", description: "1 - squared errors / squared differences from the training mean" },
      { name: "low", type: "DOUBLE", description: "of its 95 % interval over models" },
      { name: "high", type: "DOUBLE", description: "of its 95 % interval over models" },
    ],
    rows,
  };
}

function rowsOf(models: ArrayLike<number>, E: number): Int32Array {
  const rows = new Int32Array(models.length * E);
  for (let i = 0; i < models.length; i++) for (let e = 0; e < E; e++) rows[i * E + e] = models[i] * E + e;
  return rows;
}

/** Test accuracy of the reconstructed networks beside that of the networks themselves. */
export async function accuracyTable(
  split: string,
  executor: Executor,
  architecture: Architecture,
  wanted: NetworkRows,
  reconstructions: readonly Reconstruction[],
  images: ImageBatch,
  { seed, ...options }: RunOptions & { seed: number },
): Promise<ResultTable> {
  const E = wanted.epochs.length;
  const rows: [string, number, number, number, number][] = [];
  for (const { name, size, found } of [
    { name: "the networks themselves", size: architectureSize(wanted), found: wanted.weights },
    ...reconstructions,
  ]) {
    const accuracy = await accuracies(executor, architecture, wanted, found, images, options);
    const ofModel = wanted.models.map((_, m) => mean(accuracy.subarray(m * E, (m + 1) * E)));
    const interval: Interval = bootstrapInterval(
      ofModel.length,
      (models) => mean(Array.from(models, (m) => ofModel[m])),
      { seed },
    );
    rows.push([name, size, mean(ofModel), interval.low, interval.high]);
  }
  return {
    name: `${split}_accuracy`,
    caption: `Test accuracy of reconstructed ${split} models.`,
    columns: [
      { name: "method", type: "STRING", description: "how networks are reconstructed" },
      { name: "numbers", type: "INT32", description: "kept of each network" },
      { name: "accuracy", type: "DOUBLE", unit: "fraction", description: "mean over models and epochs" },
      { name: "low", type: "DOUBLE", unit: "fraction", description: "of its 95 % interval over models" },
      { name: "high", type: "DOUBLE", unit: "fraction", description: "of its 95 % interval over models" },
    ],
    rows,
  };
}

const architectureSize = ({ weights, models, epochs }: NetworkRows): number =>
  weights.length / (models.length * epochs.length);

async function accuracies(
  executor: Executor,
  architecture: Architecture,
  rows: NetworkRows,
  weights: Float32Array,
  batch: ImageBatch,
  options: RunOptions,
): Promise<Float64Array> {
  const N = rows.models.length * rows.epochs.length;
  const D = weights.length / N;
  const out = new Float64Array(N);
  const activations = Array.from({ length: N }, (_, row) => activationOf(rows, row));
  for (const activation of new Set(activations)) {
    const members = [...activations.keys()].filter((row) => activations[row] === activation);
    const source = {
      models: members.length,
      read: async (first: number, count: number): Promise<Float32Array> => {
        const part = new Float32Array(count * D);
        for (let i = 0; i < count; i++) {
          part.set(weights.subarray(members[first + i] * D, (members[first + i] + 1) * D), i * D);
        }
        return part;
      },
    };
    const query = { question: "evaluate", architecture, activation, weights: source, batch } as const;
    for await (const { first, answer } of askAll<"evaluate">(executor, query, options)) {
      for (const [i, acc] of answer.acc.entries()) out[members[first + i]] = acc;
    }
  }
  return out;
}
