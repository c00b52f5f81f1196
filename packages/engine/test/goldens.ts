/** Loads the PyTorch goldens of one architecture and measures tensors against them. Format: `fixtures/README.md`. */
import type { Activation, Architecture, OptimizerKind } from "@zoo/format";
import { ELEMENTS, elementIndices, goldenImages, goldenLabels, goldenWeight, PROBES, probe } from "./golden-inputs.ts";
import { readSafetensors } from "./support/safetensors.ts";

/** What is kept of one float64 tensor, and how far PyTorch's float32 lands from it (relative L2). */
export interface GoldenTensor {
  name: string;
  shape: number[];
  norm: number;
  probes: Float64Array;
  elements: Float64Array;
  /** Error of PyTorch's default float32 run. */
  float32Error: number;
  /** Worst error of eight PyTorch float32 runs that differ in rounding only. */
  float32Worst: number;
}

/** The first batch, weights of seed 0. */
export interface GoldenStep {
  loss: number;
  /** Loss of PyTorch's default float32 run, and of the one furthest off. */
  float32Loss: number;
  float32WorstLoss: number;
  /** [B, L] */
  logits: Float64Array;
  gradients: GoldenTensor[];
}

/** One training run without dropout. `after.get(10)` is [T] tensors. */
export interface GoldenTrajectory {
  /** Seed of the initial weights. */
  seed: number;
  optimizer: { optimizer: OptimizerKind; lr: number; momentum: number };
  weight_decay: number;
  after: Map<number, GoldenTensor[]>;
}

export interface Goldens {
  architecture: Architecture;
  tensors: { name: string; shape: number[] }[];
  activations: Activation[];
  /** Step s trains on batch s modulo batches.length: image numbers in order. */
  batches: number[][];
  data: {
    shape: Architecture["input"];
    images: Uint8Array;
    labels: Uint8Array;
    scale: Float32Array;
    shift: Float32Array;
  };
  /** [D] in PyTorch order. */
  initialWeights(seed: number): Float32Array;
  step(activation: Activation): GoldenStep;
  trajectories(activation: Activation): GoldenTrajectory[];
}

export const goldenNames = ["cnn-s-1ch", "cnn-s-3ch", "cnn-l", "strided-cnn-1ch", "mlp", "odd-cnn"] as const;

/** Reads `fixtures/goldens/<name>.safetensors`. */
export function loadGoldens(name: (typeof goldenNames)[number]): Goldens {
  const file = readSafetensors(new URL(`./fixtures/goldens/${name}.safetensors`, import.meta.url));
  const { architecture, tensors, activations, ...about } = file.metadata as Metadata;
  const { optimizers, weight_decays: decays, steps, samples, batch_size: batchSize } = about;
  const pixels = architecture.input.reduce((a, b) => a * b, 1);

  /** [T] tensors at position `at` of the leading axes of `key`. */
  const summaries = (key: string, at: number): GoldenTensor[] =>
    tensors.map((tensor, t) => {
      const row = at * tensors.length + t;
      const [norm, ...values] = file.row(key, row, 1 + PROBES + ELEMENTS);
      const [float32Error, float32Worst] = file.row(`${key}_float32_error`, row, 2);
      return {
        ...tensor,
        norm: norm,
        probes: Float64Array.from(values.slice(0, PROBES)),
        elements: Float64Array.from(values.slice(PROBES)),
        float32Error: float32Error,
        float32Worst: float32Worst,
      };
    });

  return {
    architecture,
    tensors,
    activations,
    batches: Array.from({ length: Math.ceil(samples / batchSize) }, (_, b) =>
      Array.from({ length: Math.min(batchSize, samples - b * batchSize) }, (_, i) => b * batchSize + i),
    ),
    data: {
      shape: architecture.input,
      images: goldenImages(samples, pixels),
      labels: goldenLabels(samples, architecture.classes),
      scale: Float32Array.from(about.scale),
      shift: Float32Array.from(about.shift),
    },
    initialWeights: (seed) => Float32Array.from(tensors.flatMap(({ shape }, t) => [...goldenWeight(seed, t, shape)])),
    step(activation) {
      const a = activations.indexOf(activation);
      const [loss, float32Loss, float32WorstLoss] = file.row("loss", a, 3);
      return {
        loss: loss,
        float32Loss: float32Loss,
        float32WorstLoss: float32WorstLoss,
        logits: Float64Array.from(file.row("logits", a, batchSize * architecture.classes)),
        gradients: summaries("gradients", a),
      };
    },
    trajectories(activation) {
      const a = activations.indexOf(activation);
      return optimizers.flatMap((optimizer, o) =>
        decays.map((weight_decay, v) => {
          const at = (a * optimizers.length + o) * decays.length + v;
          return {
            seed: file.row("weights_seed", at, 1)[0],
            optimizer,
            weight_decay,
            after: new Map(steps.map((step, s) => [step, summaries("weights", at * steps.length + s)])),
          };
        }),
      );
    },
  };
}

export interface Comparison {
  name: string;
  /** Estimated relative L2 error of ours against float64; absolute where the exact tensor is zero. */
  error: number;
  /** PyTorch's own: its default float32 run, and the worst of eight. */
  float32Error: number;
  float32Worst: number;
  /** Largest absolute error among the stored elements. */
  elementError: number;
}

/**
 * Compares a tensor of ours with a golden.
 *
 * The L2 error is estimated as the root mean square of 8 probes: within a factor of 0.4 to 1.6 of the true one in
 * 99 % of cases, and below a tenth of it once in 10^9, so a few times PyTorch's own error is a sound limit.
 */
export function compareTensor(name: string, ours: ArrayLike<number>, golden: GoldenTensor): Comparison {
  const size = golden.shape.reduce((a, b) => a * b, 1);
  if (ours.length !== size) throw new RangeError(`${name}: golden has ${size} elements, ours has ${ours.length}`);
  const squares = probe(ours).map((value, k) => (value - golden.probes[k]) ** 2);
  const elementErrors = elementIndices(size).map((at, j) => Math.abs(ours[at] - golden.elements[j]));
  return {
    name,
    error: Math.sqrt(squares.reduce((a, b) => a + b) / PROBES) / (golden.norm || 1),
    float32Error: golden.float32Error,
    float32Worst: golden.float32Worst,
    elementError: Math.max(...elementErrors),
  };
}

/** Cuts [D] weights or gradients in PyTorch order into the golden's tensors and compares each. */
export function compareAll(name: string, ours: Float32Array, goldens: readonly GoldenTensor[]): Comparison[] {
  let offset = 0;
  return goldens.map((golden) => {
    const size = golden.shape.reduce((a, b) => a * b, 1);
    const part = ours.subarray(offset, offset + size);
    offset += size;
    return compareTensor(`${name} ${golden.name}`, part, golden);
  });
}

interface Metadata {
  architecture: Architecture;
  tensors: Goldens["tensors"];
  activations: Activation[];
  optimizers: GoldenTrajectory["optimizer"][];
  weight_decays: number[];
  steps: number[];
  samples: number;
  batch_size: number;
  scale: number[];
  shift: number[];
}
