import { product } from "./fused-ops.ts";
import type { HyperrepConfig } from "./hyperrep-config.ts";
import type { Tensor, Tensor2, Tf } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import { linearBy, normBy, type Pass, parameter } from "./transformer.ts";

/**
 * What a squared error in each number of token order [D] counts: summed over a row, errors give the mean over D ("global_mean"), or the sum over
 * the layers of the mean of each ("layer_mean").
 */
export function errorWeights({ loss }: HyperrepConfig, { layers, D }: TokenPlan): Float32Array {
  if (loss.reduction === "global_mean") return new Float32Array(D).fill(1 / D);
  const out = new Float32Array(D);
  for (const { offset, count, width } of layers) out.fill(1 / (count * width), offset, offset + count * width);
  return out;
}

/** Mean over rows [B, D] of the weighted squared errors of a row. */
export function reconstructionLoss(tf: Tf, found: Tensor, wanted: Tensor, weights: Tensor): Tensor {
  const squares = tf.square(tf.sub(found, wanted));
  return tf.div(tf.sum(tf.mul(squares, weights)), found.shape[0]);
}

/** Mean squared error over the numbers of tokens that are real (mask 1). */
export function maskedLoss(tf: Tf, found: Tensor, wanted: Tensor, mask: Tensor, count: number): Tensor {
  return tf.div(tf.sum(tf.mul(tf.square(tf.sub(found, wanted)), mask)), count);
}

/**
 * NT-Xent (Chen et al. 2020) of 2 N views, view i and view N + i being of one model: cross-entropy of cosine similarities / temperature, the
 * pair against all other views, mean over the 2 N.
 */
export function ntXent(tf: Tf, views: Tensor2, temperature: number): Tensor {
  const n = views.shape[0];
  const lengths = tf.sqrt(tf.maximum(tf.sum(tf.square(views), 1, true), 1e-16));
  const unit = tf.div(views, lengths);
  const similarity = tf.div(product(tf, unit, tf.transpose(unit)), temperature);
  const own = new Float32Array(n * n);
  const pair = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    own[i * n + i] = -1e9;
    pair[i * n + ((i + n / 2) % n)] = 1;
  }
  const logits = tf.add(similarity, tf.tensor2d(own, [n, n]));
  const partition = tf.logSumExp(logits, 1);
  const positive = tf.sum(tf.mul(similarity, tf.tensor2d(pair, [n, n])), 1);
  return tf.mean(tf.sub(partition, positive));
}

/** Running statistics of the projection head, [out] each by name; changed by training passes. */
export type RunningStatistics = Map<string, Float32Array>;

/** What batch normalisation saw in a training pass; read after the pass. */
export type SeenStatistics = Map<string, Tensor>;

/** The projection head of the variant "whole": [Linear, BatchNorm, ReLU] per layer, then Linear and BatchNorm. */
export function projected(pass: Pass, latents: Tensor, statistics: RunningStatistics, seen?: SeenStatistics): Tensor2 {
  const { tf, config } = pass;
  let value = latents;
  for (let i = 0; i <= config.projection.layers; i++) {
    const name = `projection_${i}`;
    const linear = linearBy(pass, name, value);
    value = batchNorm(pass, name, linear, statistics, seen);
    if (i < config.projection.layers) value = tf.relu(value);
  }
  return value as Tensor2;
}

/** The projection head of a sequence: all latents of a window, a norm, Linear, ReLU. */
export function projectedSequence(pass: Pass, latents: Tensor, W: number): Tensor2 {
  const { tf, config } = pass;
  const flat = tf.reshape(latents, [latents.shape[0] / W, W * config.latent]);
  return tf.relu(linearBy(pass, "projection", normBy(pass, "projection", flat)));
}

const EPS = 1e-5;

/** As PyTorch's BatchNorm1d: statistics of the batch in training (variance divided by N), running ones else. */
function batchNorm(pass: Pass, name: string, x: Tensor2, running: RunningStatistics, seen?: SeenStatistics): Tensor {
  const { tf } = pass;
  const scale = (centred: Tensor, variance: Tensor): Tensor => {
    const unit = tf.div(centred, tf.sqrt(tf.add(variance, EPS)));
    return tf.add(tf.mul(unit, parameter(pass, `${name}_gain`)), parameter(pass, `${name}_shift`));
  };
  if (seen === undefined) {
    const [mean, variance] = ["mean", "variance"].map((part) =>
      tf.tensor1d(running.get(`${name}_${part}`) as Float32Array),
    );
    return scale(tf.sub(x, mean), variance);
  }
  const mean = tf.mean(x, 0);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), 0);
  seen.set(`${name}_mean`, tf.keep(mean.clone()));
  seen.set(`${name}_variance`, tf.keep(variance.clone()));
  return scale(centred, variance);
}

const MOMENTUM = 0.1;

/** Moves the running statistics as PyTorch does: .9 of the old and .1 of the new, the variance divided by N - 1. Disposes what was seen. */
export function updateRunning(running: RunningStatistics, seen: SeenStatistics, N: number): void {
  for (const [name, tensor] of seen) {
    const old = running.get(name) as Float32Array;
    const factor = name.endsWith("_variance") ? N / (N - 1) : 1;
    const values = tensor.dataSync();
    for (let i = 0; i < old.length; i++) old[i] = (1 - MOMENTUM) * old[i] + MOMENTUM * factor * values[i];
    tensor.dispose();
  }
  seen.clear();
}

/** Means 0 and variances 1. */
export function freshStatistics({ projection, variant, loss }: HyperrepConfig): RunningStatistics {
  if (variant === "sequence" || loss.gamma === 0) return new Map();
  return new Map(
    Array.from({ length: projection.layers + 1 }, (_, i) => i).flatMap((i) => {
      const size = i === projection.layers ? projection.out : projection.hidden;
      return [
        [`projection_${i}_mean`, new Float32Array(size)] as const,
        [`projection_${i}_variance`, new Float32Array(size).fill(1)] as const,
      ];
    }),
  );
}
