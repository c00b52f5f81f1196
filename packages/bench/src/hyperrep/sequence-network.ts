import { tokenSize } from "./parameter-list.ts";
import type { Tensor, Tensor2, Tf } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import { blocksBy, linearBy, normBy, type Pass, parameter } from "./transformer.ts";

/** Windows of the token sequences of networks: what SANE (Schürholt et al. 2024) is trained on. */
export interface Windows {
  /** [B * W, size]: tokens, filled up with zeros. */
  tokens: Float32Array;
  /** [B * W, size]: 1 where a number is real. */
  mask: Float32Array;
  /** [B * W]: place of each token in its network. */
  places: Int32Array;
}

/** Cuts a window of W tokens out of each row of numbers [B, D] in token order, the i-th from token `starts[i]` on. */
export function windowsOf(plan: TokenPlan, rows: Float32Array, W: number, starts: ArrayLike<number>): Windows {
  const size = tokenSize(plan);
  const B = rows.length / plan.D;
  const tokens = new Float32Array(B * W * size);
  const mask = new Float32Array(B * W * size);
  const places = new Int32Array(B * W);
  const list = plan.layers.flatMap(({ count, width, offset }) =>
    Array.from({ length: count }, (_, i) => ({ offset: offset + i * width, width })),
  );
  for (let b = 0; b < B; b++) {
    for (let w = 0; w < W; w++) {
      const at = (b * W + w) * size;
      const { offset, width } = list[starts[b] + w];
      tokens.set(rows.subarray(b * plan.D + offset, b * plan.D + offset + width), at);
      mask.fill(1, at, at + width);
      places[b * W + w] = starts[b] + w;
    }
  }
  return { tokens, mask, places };
}

/** The inverse of `windowsOf` for windows of all tokens: [B * T, size] -> [B, D]. */
export function joinWindows(plan: TokenPlan, tokens: Float32Array): Float32Array {
  const size = tokenSize(plan);
  const B = tokens.length / (plan.T * size);
  const out = new Float32Array(B * plan.D);
  for (let b = 0; b < B; b++) {
    let t = 0;
    for (const { count, width, offset } of plan.layers) {
      for (let i = 0; i < count; i++, t++) {
        const at = (b * plan.T + t) * size;
        out.set(tokens.subarray(at, at + width), b * plan.D + offset + i * width);
      }
    }
  }
  return out;
}

/** Tokens [B * W, size] -> latents [B * W, K]. */
export function encodeSequence(pass: Pass, plan: TokenPlan, tokens: Tensor, places: Int32Array, W: number): Tensor2 {
  const embedded = pass.tf.add(linearBy(pass, "embed", tokens), positions(pass, plan, "encoder", places));
  const out = blocksBy(pass, "encoder", embedded, W);
  return linearBy(pass, "bottleneck", normBy(pass, "encoder_final", out));
}

/** Latents [B * W, K] -> tokens [B * W, size]. */
export function decodeSequence(pass: Pass, plan: TokenPlan, latent: Tensor, places: Int32Array, W: number): Tensor2 {
  const expanded = pass.tf.add(linearBy(pass, "expand", latent), positions(pass, plan, "decoder", places));
  const out = blocksBy(pass, "decoder", expanded, W);
  return linearBy(pass, "unembed", normBy(pass, "decoder_final", out));
}

/** The sum of three learned embeddings: place in the network, layer, place in the layer. Rows are chosen by products, whose gradient every backend has. */
function positions(pass: Pass, plan: TokenPlan, part: string, places: Int32Array): Tensor {
  const { tf } = pass;
  const layers = plan.layers.flatMap(({ count }, l) => Array.from({ length: count }, (_, i) => [l, i]));
  const table = (name: string, index: (token: number) => number): Tensor => {
    const rows = parameter(pass, `${part}_positions_${name}`);
    return tf.matMul(oneHot(tf, plan.T, rows.shape[0], index), rows);
  };
  const channel = table("channel", (t) => layers[t][1]);
  const all = tf.add(
    tf.add(
      parameter(pass, `${part}_positions_global`),
      table("layer", (t) => layers[t][0]),
    ),
    channel,
  );
  return tf.matMul(
    oneHot(tf, places.length, plan.T, (i) => places[i]),
    all,
  );
}

function oneHot(tf: Tf, rows: number, columns: number, index: (row: number) => number): Tensor2 {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) data[i * columns + index(i)] = 1;
  return tf.tensor2d(data, [rows, columns]);
}
