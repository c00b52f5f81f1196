import type { RunOptions } from "@zoo/engine";
import type { LatentModel } from "../latent/latent-model.ts";
import { configJson, type HyperrepConfig } from "./hyperrep-config.ts";
import { type Normalisation, normalised, restored } from "./normalisation.ts";
import { parameterList } from "./parameter-list.ts";
import { decodeSequence, encodeSequence, joinWindows, windowsOf } from "./sequence-network.ts";
import type { Tensors, Tf } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import { decodeWhole, encodeWhole } from "./whole-network.ts";

/** A trained network as data. */
export interface HyperrepParts {
  config: HyperrepConfig;
  plan: TokenPlan;
  normalisation: Normalisation;
  /** By name. */
  parameters: ReadonlyMap<string, Float32Array>;
}

/** Rows in one pass through the network. */
const ROWS = 64;

/**
 * A trained hyper-representation as a latent space: dropout off, no noise. Of a sequence K is tokens * latent, all tokens in one window.
 * Networks are encoded as they are given: align them first where `config.align` is set. Rows do not depend on each other.
 */
export function hyperrepLatent(tf: Tf, { config, plan, normalisation, parameters }: HyperrepParts): LatentModel {
  const { D, T } = plan;
  const tensors: Tensors = new Map(
    parameterList(config, plan).map(({ name, shape }) => [
      name,
      tf.tensor(parameters.get(name) as Float32Array, shape),
    ]),
  );
  const pass = { tf, config, parameters: tensors };
  const sequence = config.variant === "sequence";
  const K = sequence ? T * config.latent : config.latent;
  const places = (B: number): Int32Array => Int32Array.from({ length: B * T }, (_, i) => i % T);
  const encode = (rows: Float32Array, B: number): Float32Array =>
    tf.tidy(() => {
      const x = normalised(plan, normalisation, rows);
      if (!sequence) return encodeWhole(pass, plan, tf.tensor2d(x, [B, D])).dataSync<"float32">();
      const { tokens } = windowsOf(plan, x, T, new Int32Array(B));
      const shape: [number, number] = [B * T, tokens.length / (B * T)];
      return encodeSequence(pass, plan, tf.tensor2d(tokens, shape), places(B), T).dataSync<"float32">();
    });
  const decode = (latent: Float32Array, B: number): Float32Array => {
    const found = tf.tidy(() => {
      if (!sequence) return decodeWhole(pass, plan, tf.tensor2d(latent, [B, K])).dataSync<"float32">();
      const tokens = tf.tensor2d(latent, [B * T, config.latent]);
      return joinWindows(plan, decodeSequence(pass, plan, tokens, places(B), T).dataSync<"float32">());
    });
    return restored(plan, normalisation, found);
  };
  return {
    name: "hyperrep",
    D,
    K,
    parameters: { config: configJson(config) },
    definitions: [
      `Hyper-representation ${config.name}: ${K} numbers a network${config.align ? ", aligned first" : ""}.`,
    ],
    encode: (weights, options) => inBlocks(weights, D, K, encode, options),
    decode: (latent, options) => inBlocks(latent, K, D, decode, options),
    dispose: () => {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    },
  };
}

async function inBlocks(
  rows: Float32Array,
  width: number,
  out: number,
  work: (block: Float32Array, count: number) => Float32Array,
  { signal, onChunk }: RunOptions = {},
): Promise<Float32Array> {
  const N = rows.length / width;
  if (!Number.isInteger(N)) throw new RangeError(`rows of ${width} numbers cannot have ${rows.length} elements`);
  const result = new Float32Array(N * out);
  for (let first = 0; first < N; first += ROWS) {
    signal?.throwIfAborted();
    const count = Math.min(ROWS, N - first);
    result.set(work(rows.slice(first * width, (first + count) * width), count), first * out);
    onChunk?.(count);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return result;
}
