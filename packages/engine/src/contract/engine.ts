import type { Activation, Architecture, Hyperparameters, Numerics, OptimizerKind } from "@zoo/format";
import type { Dense } from "./dense.ts";
import type { RunOptions } from "./run-options.ts";

export type { OnChunk, RunOptions } from "./run-options.ts";

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
  /** Indices into `images`; none is empty. A cohort copies them, but reads images and labels where they are. */
  splits: { train: Int32Array; val: Int32Array; test: Int32Array };
}

export type ImageSplit = keyof CohortData["splits"];

/** Models trained in lockstep. They share architecture, activation, optimizer and batch_size; all else may differ. */
export interface CohortSpec {
  architecture: Architecture;
  members: readonly Hyperparameters[];
  data: CohortData;
  /**
   * Not given: each member's `init` and `seed` give its weights at epoch 0. Given: these weights [M, D] at this epoch, with a
   * fresh optimiser. The data order and dropout of later epochs are those of the member's seed at that epoch.
   */
  start?: { weights: Float32Array; epoch: number };
}

export interface SplitMetrics {
  /** [M]: mean negative log-likelihood, NaN where the model diverged. */
  loss: Float64Array;
  /** [M]: fraction of right answers. */
  acc: Float64Array;
}

/**
 * Everything that the next epoch depends on besides the cohort's spec; the same bytes from every exact engine. Leading axis of
 * every tensor is M, so states of cohorts can be concatenated and cut by model.
 */
export interface CohortState {
  epoch: number;
  /** Steps that the optimiser has made since it was fresh: Adam's t. */
  optimizerSteps: number;
  /** `weights`, `first_moment` and, of adam and adamw, `second_moment`: each [M, D]. Every NaN is 0x7fc00000. */
  tensors: Record<string, Float32Array>;
}

/**
 * M models advancing together. No method depends on how the models were grouped: the bits of a model are those it would have
 * alone. One call at a time; a call that rejects in the middle of an epoch (its signal was aborted) leaves weights in between
 * two epochs: restore a state, or dispose.
 */
export interface Cohort {
  readonly M: number;
  readonly D: number;
  /** Completed epochs: 0 after initialisation. */
  readonly epoch: number;
  /** One epoch over the training split; metrics are running means while the weights change, dropout on. */
  trainEpoch(options?: RunOptions): Promise<SplitMetrics>;
  /** Measures the current weights, dropout off. */
  evaluate(split: ImageSplit, options?: RunOptions): Promise<SplitMetrics>;
  /** A fresh [M, D], PyTorch order: per layer weight.flatten(), then bias. Every NaN is 0x7fc00000. */
  weights(): Promise<Float32Array>;
  state(): Promise<CohortState>;
  /** Rejects with RangeError when the state does not fit the cohort. */
  restore(state: CohortState): Promise<void>;
  /** Frees the cohort's memory; a second call does nothing. Every other method then rejects. */
  dispose(): void;
}

/** [M, D] in memory, or read in pieces, from a zoo say. `read` gives [count, D] of models first .. first + count - 1. */
export type WeightSource =
  | Float32Array
  | { readonly models: number; read(first: number, count: number): Promise<Float32Array> };

/** Models of one architecture and activation whose weights are given. */
export interface PopulationSpec {
  architecture: Architecture;
  activation: Activation;
  weights: WeightSource;
}

/** The images of one question, the same for all models asked or, with `perModel`, each model's own. */
export interface ImageBatch {
  /**
   * uint8 pixels, normalised by scale and shift [C] as in CohortData, or float32 network inputs. [N, C*H*W]; with `perModel`
   * [M, N, C*H*W], M being the models asked.
   */
  images: Uint8Array | Float32Array;
  N: number;
  /** [C], needed for uint8 images alone. */
  scale?: Float32Array;
  shift?: Float32Array;
  perModel?: boolean;
  /** [N], shared by all models; needed where a loss is. */
  labels?: Uint8Array | Int32Array;
}

/** Models first .. first + count - 1. */
export interface ModelRange {
  first: number;
  count: number;
}

export interface QueryOptions extends RunOptions {
  /** All models unless given; M in the results counts the models asked. */
  models?: ModelRange;
}

export interface GradientsWanted {
  weights?: boolean;
  images?: boolean;
  /** [M, N, L]: asks for the gradients of sum(cotangents * logits) instead of those of the mean loss. */
  cotangents?: Float32Array;
}

export interface Gradients {
  /** [M]: mean loss over the batch; absent with cotangents. */
  loss?: Float64Array;
  /** [M, D] */
  weights?: Float32Array;
  /** [M, N, C*H*W], with respect to the network's float32 inputs. */
  images?: Float32Array;
}

/**
 * Questions about given weights; dropout is off. Memory stays bounded by the largest answer, however many models there are.
 * Rejects with RangeError when a batch or range does not fit. NaNs in answers are 0x7fc00000.
 */
export interface Population {
  readonly M: number;
  readonly D: number;
  /** Mean loss and accuracy, each [M]. */
  evaluate(batch: ImageBatch, options?: QueryOptions): Promise<SplitMetrics>;
  /** [M, N, L] */
  logits(batch: ImageBatch, options?: QueryOptions): Promise<Float32Array>;
  /** [M, N]: the first of the largest logits. */
  predictions(batch: ImageBatch, options?: QueryOptions): Promise<Int32Array>;
  /** What layer number `layer` of the architecture gives: shape is [M, N, ...the layer's output]. */
  activations(
    batch: ImageBatch,
    layer: number,
    options?: QueryOptions,
  ): Promise<{ data: Float32Array; shape: number[] }>;
  gradients(batch: ImageBatch, wanted: GradientsWanted, options?: QueryOptions): Promise<Gradients>;
  /** [M, D]: Hessian of the mean loss times `vectors` [M, D]; exact, by forward over reverse differentiation. */
  hessianVectorProduct(batch: ImageBatch, vectors: Float32Array, options?: QueryOptions): Promise<Float32Array>;
  /** A second call does nothing. Every question then rejects. */
  dispose(): void;
}

/** What an engine is asked to train (with an optimiser) or to answer questions about (without). */
export interface EngineTask {
  architecture: Architecture;
  activation: Activation;
  optimizer?: OptimizerKind;
}

/** Names and properties of an engine, as data. */
export interface EngineInfo {
  /** What loadEngine takes: "native", "wasm", "reference". */
  readonly name: string;
  /** The variant that runs here: "native-avx512", "wasm-relaxed". */
  readonly id: string;
  readonly numerics: Numerics;
  /** Cohorts of a multiple of it waste nothing. */
  readonly preferredModels: number;
}

export interface Engine extends EngineInfo {
  /** Null when it can; else the reason as the end of a sentence: `has no batchnorm2d`. */
  supports(task: EngineTask): string | null;
  /** Rejects with RangeError when the members disagree on what they must share, the data does not fit, or the engine has not what it takes. */
  createCohort(spec: CohortSpec): Promise<Cohort>;
  createPopulation(spec: PopulationSpec): Promise<Population>;
  readonly dense: Dense;
}
