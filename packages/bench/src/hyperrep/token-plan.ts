import type { Layout } from "@zoo/format";

/** The tokens of one layer: one per output channel. */
export interface TokenLayer {
  /** `layers.3` */
  name: string;
  /** Output channels. */
  count: number;
  /** Numbers of a token: incoming weights, then bias; of batch normalisation scale and shift. */
  width: number;
  /** Of the first number of the first token; as the layer's place in the vector of weights. */
  offset: number;
}

/**
 * How a vector of weights [D] becomes tokens (Schürholt et al. 2021: a token per neuron or output channel) and back. Token order has the
 * layers in their order, each [count, width] row-major; nothing is padded, so both orders have D numbers.
 */
export interface TokenPlan {
  D: number;
  /** Tokens of a network. */
  T: number;
  layers: readonly TokenLayer[];
  /** [D]: number j in token order is weight `from[j]`. */
  from: Int32Array;
}

export function tokenPlan({ tensors, shapes, D }: Pick<Layout, "tensors" | "shapes" | "D">): TokenPlan {
  const groups = new Map<number, Layout["tensors"]>();
  for (const tensor of tensors) groups.set(tensor.layer, [...(groups.get(tensor.layer) ?? []), tensor]);
  const from = new Int32Array(D);
  const layers: TokenLayer[] = [];
  let at = 0;
  for (const [layer, members] of groups) {
    const count = members[0].shape[0];
    const offset = at;
    for (let channel = 0; channel < count; channel++) {
      for (const { offset: first, size } of members) {
        const row = size / count;
        for (let i = 0; i < row; i++) from[at++] = first + channel * row + i;
      }
    }
    layers.push({ name: shapes[layer].path, count, width: (at - offset) / count, offset });
  }
  return { D, T: layers.reduce((sum, { count }) => sum + count, 0), layers, from };
}

/** Weights [N, D] in token order, a fresh [N, D]. */
export function toTokens(weights: Float32Array, { D, from }: Pick<TokenPlan, "D" | "from">): Float32Array {
  const out = new Float32Array(weights.length);
  for (let row = 0; row < weights.length; row += D) for (let j = 0; j < D; j++) out[row + j] = weights[row + from[j]];
  return out;
}

/** The inverse of `toTokens`, exactly. */
export function fromTokens(tokens: Float32Array, { D, from }: Pick<TokenPlan, "D" | "from">): Float32Array {
  const out = new Float32Array(tokens.length);
  for (let row = 0; row < tokens.length; row += D) for (let j = 0; j < D; j++) out[row + from[j]] = tokens[row + j];
  return out;
}
