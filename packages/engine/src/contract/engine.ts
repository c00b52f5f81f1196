import type { Architecture, Hyperparameters } from "@zoo/format";

/** Named by zoo.json. Any change of any bit that training produces is a new version. */
export const NUMERICS_VERSION = "1";

/** The images that a cohort trains and is measured on; an `ImageDataset` of @zoo/data fits. */
export interface CohortData {
  shape: [C: number, H: number, W: number];
  /** [N, C*H*W], row-major. */
  images: Uint8Array;
  /** [N], each below the architecture's `classes`. */
  labels: Uint8Array;
  /** [C]: a normalised pixel is fma(u, scale, shift), rounded once to float32. */
  scale: Float32Array;
  shift: Float32Array;
  /** Indices into `images`. */
  splits: { train: Int32Array; val: Int32Array; test: Int32Array };
}

export type ImageSplit = keyof CohortData["splits"];

/** Models trained in lockstep. They share architecture, activation, optimizer and batch_size; all else may differ. */
export interface CohortSpec {
  architecture: Architecture;
  members: readonly Hyperparameters[];
  data: CohortData;
}

export interface SplitMetrics {
  /** [M]: mean negative log-likelihood, NaN where the model diverged. */
  loss: Float64Array;
  /** [M]: fraction of right answers. */
  acc: Float64Array;
}

/** Called between chunks of work with the model-samples done since the last call; real models only. */
export type OnChunk = (modelSamples: number) => void;

/**
 * M models advancing together. No method depends on how the models were grouped: the bits of a model are those
 * it would have alone. All methods block; call them from a worker thread.
 */
export interface Cohort {
  readonly M: number;
  readonly D: number;
  /** Completed epochs: 0 after initialisation. */
  readonly epoch: number;
  /** One epoch over the training split; metrics are running means while the weights change, dropout on. */
  trainEpoch(onChunk?: OnChunk): SplitMetrics;
  /** Measures the current weights, dropout off. */
  evaluate(split: ImageSplit, onChunk?: OnChunk): SplitMetrics;
  /** A fresh [M, D], PyTorch order: per layer weight.flatten(), then bias. Every NaN is 0x7fc00000. */
  weights(): Float32Array;
  /** Everything that the next epoch depends on, the same bytes from every engine. */
  state(): Uint8Array;
  /** Throws RangeError when the state is not of this cohort. */
  restore(state: Uint8Array): void;
  /** Frees the cohort's memory. The cohort must not be used after. */
  dispose(): void;
}

export interface Engine {
  /** For example "native-avx512", "wasm-relaxed", "reference". */
  readonly id: string;
  /** Models per vector; cohorts of a multiple of it waste nothing. */
  readonly laneWidth: number;
  /** Throws RangeError when the members disagree on what they must share, or the data does not fit. */
  createCohort(spec: CohortSpec): Cohort;
}
