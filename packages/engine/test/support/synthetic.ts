import type { Architecture, Hyperparameters } from "@zoo/format";
import type { CohortData } from "../../src/contract/engine.ts";
import { RandomStream } from "../../src/numerics/philox.ts";

/** Noise with labels, enough to train on and to make every rounding count. */
export function syntheticData(
  shape: Architecture["input"],
  sizes: { train: number; val: number; test: number },
): CohortData {
  const [C, H, W] = shape;
  const N = sizes.train + sizes.val + sizes.test;
  const random = new RandomStream(99, "ORDER");
  const range = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
  return {
    shape,
    images: new Uint8Array(new SharedArrayBuffer(N * C * H * W)).map(() => random.integer(256)),
    labels: new Uint8Array(N).map(() => random.integer(10)),
    scale: new Float32Array(C).map((_, c) => (c + 1) / 100),
    shift: new Float32Array(C).map((_, c) => -c / 3 - 0.4),
    splits: {
      train: range(0, sizes.train),
      val: range(sizes.train, sizes.val),
      test: range(sizes.train + sizes.val, sizes.test),
    },
  };
}

export function hyperparameters(change: Partial<Hyperparameters> = {}): Hyperparameters {
  return {
    activation: "tanh",
    init: "kaiming_uniform",
    dropout: 0,
    optimizer: "adam",
    lr: 0.001,
    weight_decay: 0,
    momentum: 0,
    batch_size: 5,
    seed: 1,
    ...change,
  };
}

/** Strides that do not fit, padding, overlapping and average pooling: what the paper's architectures do not have. */
export const oddArchitecture: Architecture = {
  name: "odd",
  input: [2, 9, 9],
  classes: 10,
  layers: [
    { type: "conv2d", out: 4, kernel: 3, stride: 2, padding: 1 },
    { type: "activation" },
    { type: "dropout" },
    { type: "maxpool2d", kernel: 3, stride: 1 },
    { type: "conv2d", out: 5, kernel: 2, padding: 1 },
    { type: "activation" },
    { type: "avgpool2d", kernel: 3, stride: 1 },
    { type: "conv2d", out: 3, kernel: 1 },
    { type: "flatten" },
    { type: "linear", out: 10 },
  ],
};
