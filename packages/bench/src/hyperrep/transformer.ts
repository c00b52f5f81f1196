import { attention, gelu, linear, type NormKind, norm } from "./fused-ops.ts";
import type { HyperrepConfig } from "./hyperrep-config.ts";
import type { Tensor, Tensor2, Tensors, Tf } from "./tf.ts";

/** What a pass through the network needs besides its input. */
export interface Pass {
  tf: Tf;
  config: HyperrepConfig;
  parameters: Tensors;
  /** n factors of dropout; absent where nothing is dropped. */
  drop?: (n: number) => Float32Array;
}

/** A parameter that must be there. */
export function parameter({ parameters }: Pick<Pass, "parameters">, name: string): Tensor {
  const found = parameters.get(name);
  if (found === undefined) throw new RangeError(`the network has no parameter ${name}`);
  return found;
}

/** x -> x · weight + bias, by the name of both; a layer may have no bias. */
export const linearBy = (pass: Pass, name: string, x: Tensor): Tensor2 =>
  linear(pass.tf, x, parameter(pass, `${name}_weight`), pass.parameters.get(`${name}_bias`));

const normKind = ({ variant }: HyperrepConfig): NormKind => (variant === "whole" ? "std" : "layer");

export const normBy = (pass: Pass, name: string, x: Tensor): Tensor =>
  norm(pass.tf, normKind(pass.config), x, parameter(pass, `${name}_gain`), pass.parameters.get(`${name}_shift`));

/**
 * Pre-norm blocks on x [B * T, d]: x + drop(attention(norm x)), then x + drop(feed-forward(norm x)), whose inside is ReLU and dropout in the
 * variant "whole", GELU in a sequence.
 */
export function blocksBy(pass: Pass, part: string, x: Tensor, T: number): Tensor {
  const { tf, config } = pass;
  let value = x;
  for (let i = 0; i < config.blocks; i++) {
    const name = `${part}_${i}`;
    const qkv = linearBy(pass, `${name}_qkv`, normBy(pass, `${name}_norm1`, value));
    const rows = x.shape[0] / T;
    const mask = factors(pass, [rows * config.heads, T, T]);
    value = tf.add(value, dropped(pass, linearBy(pass, `${name}_out`, attention(tf, qkv, T, config.heads, mask))));
    const up = linearBy(pass, `${name}_up`, normBy(pass, `${name}_norm2`, value));
    const inside = config.variant === "whole" ? dropped(pass, tf.relu(up)) : gelu(tf, up);
    value = tf.add(value, dropped(pass, linearBy(pass, `${name}_down`, inside)));
  }
  return value;
}

function dropped(pass: Pass, x: Tensor): Tensor {
  const mask = factors(pass, x.shape);
  return mask === undefined ? x : pass.tf.mul(x, mask);
}

function factors({ tf, drop }: Pass, shape: number[]): Tensor | undefined {
  if (drop === undefined) return undefined;
  return tf.tensor(drop(shape.reduce((a, b) => a * b, 1)), shape);
}
