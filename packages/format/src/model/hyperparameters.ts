import { z } from "zod";

/** leaky_relu has slope 0.01; gelu is the exact one, x * Phi(x); elu has alpha 1; none is the identity. */
export const activations = ["tanh", "relu", "leaky_relu", "sigmoid", "silu", "gelu", "elu", "none"] as const;

/**
 * Of the weights; biases are 0.01 under every scheme. uniform is U(0, 1), normal is N(0, 1), the others are
 * torch.nn.init's with default arguments: Kaiming with fan_in and gain sqrt 2, Xavier with gain 1.
 */
export const inits = [
  "uniform",
  "normal",
  "kaiming_uniform",
  "kaiming_normal",
  "xavier_uniform",
  "xavier_normal",
] as const;

/** adam couples the weight decay into the gradient, adamw does not; both use betas .9, .999 and eps 1e-8. */
export const optimizers = ["sgd", "adam", "adamw"] as const;

export type Activation = (typeof activations)[number];
export type Init = (typeof inits)[number];
export type OptimizerKind = (typeof optimizers)[number];

/** Everything that may differ between two models of one zoo. */
export interface Hyperparameters {
  activation: Activation;
  init: Init;
  /** Probability of dropping an element, in [0, 1). */
  dropout: number;
  optimizer: OptimizerKind;
  /** Constant over training, > 0. */
  lr: number;
  weight_decay: number;
  /** In [0, 1); only of sgd, 0 for the others. */
  momentum: number;
  batch_size: number;
  /** An integer in 0..2^53-1. */
  seed: number;
}

const finite = z.number();
/** A list stops at its first wrong item, where the parser is asked to. */
const abort = { abort: true };

export const activationSchema = z.enum(activations);
export const initSchema = z.enum(inits);
export const optimizerSchema = z.enum(optimizers);

export const hyperparametersSchema = z.strictObject({
  activation: activationSchema,
  init: initSchema,
  dropout: finite.min(0, abort).lt(1, abort),
  optimizer: optimizerSchema,
  lr: finite.positive(abort),
  weight_decay: finite.min(0, abort),
  momentum: finite.min(0, abort).lt(1, abort),
  batch_size: z.int().min(1, abort).max(1_000_000, abort),
  seed: z.int().min(0, abort).max(Number.MAX_SAFE_INTEGER, abort),
}) satisfies z.ZodType<Hyperparameters>;

/** The names of the hyperparameters, in the order of the columns of models.parquet. */
export const hyperparameterNames = [
  "seed",
  "activation",
  "init",
  "dropout",
  "optimizer",
  "lr",
  "weight_decay",
  "momentum",
  "batch_size",
] as const satisfies readonly (keyof Hyperparameters)[];
