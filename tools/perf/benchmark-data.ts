import type { CohortData } from "@zoo/engine";
import type { Architecture, Hyperparameters } from "@zoo/format";

/** The recipe that all contenders train. */
export function member(seed: number): Hyperparameters {
  return {
    activation: "tanh",
    init: "kaiming_uniform",
    dropout: 0,
    optimizer: "adam",
    lr: 3e-4,
    weight_decay: 0,
    momentum: 0,
    batch_size: 10,
    seed,
  };
}

/** N images of noise in shared memory; the splits are the first of them. */
export function benchmarkData(
  architecture: Architecture,
  N: number,
  counts: { train: number; test: number },
): CohortData {
  const size = architecture.input.reduce((a, b) => a * b, 1);
  const range = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
  return {
    shape: architecture.input,
    images: new Uint8Array(new SharedArrayBuffer(N * size)).map((_, i) => Math.imul(i + 1, 2654435761) >>> 24),
    labels: new Uint8Array(N).map((_, i) => i % 10),
    scale: new Float32Array(architecture.input[0]).fill(1 / 80),
    shift: new Float32Array(architecture.input[0]).fill(-0.42),
    splits: { train: range(counts.train), val: range(1), test: range(counts.test) },
  };
}
