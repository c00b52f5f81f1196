import type { HyperrepConfig } from "./hyperrep-config.ts";
import {
  errorWeights,
  maskedLoss,
  ntXent,
  projected,
  projectedSequence,
  type RunningStatistics,
  reconstructionLoss,
  type SeenStatistics,
} from "./losses.ts";
import { windowOf } from "./parameter-list.ts";
import { decodeSequence, encodeSequence, windowsOf } from "./sequence-network.ts";
import type { Tensor, Tensor2, Tensors, Tf } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import type { Pass } from "./transformer.ts";
import { decodeWhole, encodeWhole } from "./whole-network.ts";

/** One batch: views of the same models one after the other, so that row i and row rows / 2 + i are one model where there are two. */
export interface Batch {
  /** [rows, D], normalised and in token order: what the encoder sees. */
  inputs: Float32Array;
  /** [rows, D]: what the decoder is to give. */
  targets: Float32Array;
  /** [rows]: first token of the window of each, of a sequence. */
  starts?: Int32Array;
}

/** The loss and what it is made of; contrast and behaviour are 0 where they are not asked for. */
export const lossParts = ["loss", "reconstruction", "contrast", "behaviour"] as const;
export type LossParts = Record<(typeof lossParts)[number], number>;

/** A behavioural loss of decoded rows [rows, D] (normalised, in token order), and its gradient with respect to them. */
export interface Behaviour {
  value: number;
  gradient: Float32Array;
}

export interface LossInput {
  tf: Tf;
  config: HyperrepConfig;
  plan: TokenPlan;
  parameters: Tensors;
  batch: Batch;
  running: RunningStatistics;
  /** n factors of dropout; called in the order of the network. */
  drop?: (n: number) => Float32Array;
  behaviour?: Behaviour;
}

interface Outputs {
  decoded: Tensor2;
  reconstruction: Tensor;
  latents: Tensor2;
}

/** Reconstruction of a batch, and what its contrast needs. */
function outputs({ tf, config, plan, batch }: LossInput, pass: Pass): Outputs {
  const rows = batch.inputs.length / plan.D;
  if (config.variant === "whole") {
    const latents = encodeWhole(pass, plan, tf.tensor2d(batch.inputs, [rows, plan.D]));
    const decoded = decodeWhole(pass, plan, latents);
    const targets = tf.tensor2d(batch.targets, [rows, plan.D]);
    const weights = tf.tensor1d(errorWeights(config, plan));
    return { decoded, latents, reconstruction: reconstructionLoss(tf, decoded, targets, weights) };
  }
  const W = windowOf(config, plan);
  const starts = batch.starts ?? new Int32Array(rows);
  const seen = windowsOf(plan, batch.inputs, W, starts);
  const wanted = windowsOf(plan, batch.targets, W, starts);
  const shape: [number, number] = [rows * W, seen.tokens.length / (rows * W)];
  const latents = encodeSequence(pass, plan, tf.tensor2d(seen.tokens, shape), seen.places, W);
  const decoded = decodeSequence(pass, plan, latents, seen.places, W);
  const count = seen.mask.reduce((sum, one) => sum + one, 0);
  const mask = tf.tensor2d(seen.mask, shape);
  return { decoded, latents, reconstruction: maskedLoss(tf, decoded, tf.tensor2d(wanted.tokens, shape), mask, count) };
}

/** The decoded rows of a batch as a training step will see them (same dropout), for a behavioural loss. */
export function decodedRows(input: LossInput): Float32Array {
  const { tf, config, parameters, drop } = input;
  return tf.tidy(() =>
    outputs(input, { tf, config, parameters, ...(drop === undefined ? {} : { drop }) }).decoded.dataSync(),
  ) as Float32Array;
}

/**
 * (1 - gamma) reconstruction + gamma NT-Xent (+ behaviour), without gradients; batch normalisation by its running statistics. Two
 * views are needed for the contrast; with one row per model it is 0.
 */
export function evaluationLoss(input: LossInput): LossParts {
  const { tf, config, parameters } = input;
  tf.engine().startScope();
  try {
    const { total, reconstruction, contrast } = combined(input, { tf, config, parameters });
    return read(total, reconstruction, contrast, input.behaviour);
  } finally {
    tf.engine().endScope();
  }
}

/** The loss of a training step and its gradients, by parameter, which the caller disposes; a parameter that has none is left out. */
export function trainingLoss(input: LossInput): { parts: LossParts; gradients: Tensors; seen: SeenStatistics } {
  const { tf, config, parameters, drop } = input;
  const names = [...parameters.keys()];
  const seen: SeenStatistics = new Map();
  const kept: Tensor[] = [];
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
    const own = new Map(names.map((name, i) => [name, tensors[i]]));
    const pass = { tf, config, parameters: own, ...(drop === undefined ? {} : { drop }) };
    const { total, reconstruction, contrast } = combined(input, pass, seen);
    kept.push(tf.keep(reconstruction.clone()), tf.keep(contrast.clone()));
    return total;
  })([...parameters.values()]);
  const parts = read(value, kept[0], kept[1], input.behaviour);
  for (const tensor of [value, ...kept]) tensor.dispose();
  const found = names.flatMap((name, i) => (grads[i] == null ? [] : [[name, grads[i]] as const]));
  return { parts, gradients: new Map(found), seen };
}

function combined(
  input: LossInput,
  pass: Pass,
  seen?: SeenStatistics,
): Record<"total" | "reconstruction" | "contrast", Tensor> {
  const { tf, config, plan, running, behaviour } = input;
  const { gamma, temperature } = config.loss;
  const { decoded, latents, reconstruction } = outputs(input, pass);
  let total = tf.mul(reconstruction, 1 - gamma);
  let contrast: Tensor = tf.scalar(0);
  if (gamma > 0) {
    const views =
      config.variant === "whole"
        ? projected(pass, latents, running, seen)
        : projectedSequence(pass, latents, windowOf(config, plan));
    contrast = ntXent(tf, views, temperature);
    total = tf.add(total, tf.mul(contrast, gamma));
  }
  if (behaviour !== undefined) total = tf.add(total, tf.mul(injected(tf, decoded, behaviour), config.loss.behaviour));
  return { total, reconstruction, contrast };
}

/** A scalar whose value and gradient were computed elsewhere. */
function injected(tf: Tf, decoded: Tensor2, { value, gradient }: Behaviour): Tensor {
  return tf.customGrad((...args) => {
    const shape = (args[0] as Tensor).shape as [number, number];
    return { value: tf.scalar(value), gradFunc: (dy) => tf.mul(tf.tensor2d(gradient, shape), dy) };
  })(decoded);
}

function read(total: Tensor, reconstruction: Tensor, contrast: Tensor, behaviour?: Behaviour): LossParts {
  const [loss, recon, pairs] = [total, reconstruction, contrast].map((tensor) => tensor.dataSync()[0]);
  return { loss, reconstruction: recon, contrast: pairs, behaviour: behaviour?.value ?? 0 };
}
