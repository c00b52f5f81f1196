import type { Tensor, Tensor2, Tf } from "./tf.ts";

/**
 * Operations of a transformer with gradients written out: fewer and larger kernels than the library's own gradients would take.
 * The wasm backend multiplies by its fast kernel only what is not transposed, so there transposes are explicit.
 */
export function product(tf: Tf, a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b, transposeA, transposeB);
  return tf.matMul(transposeA ? swapped(tf, a) : a, transposeB ? swapped(tf, b) : b);
}

/**
 * The last two axes change places. The wasm backend walks along a whole column of a large matrix at a time, ten times slower than
 * along blocks; so tiles are transposed first, and then moved as rows (or the other way round).
 */
function swapped(tf: Tf, x: Tensor): Tensor {
  if (x.rank === 3) return tf.transpose(x, [0, 2, 1]);
  const [n, m] = x.shape as [number, number];
  const tile = tileOf(Math.max(n, m));
  if (n * m < 2 ** 14 || tile === 1) return tf.transpose(x);
  if (n >= m) {
    const tiles = tf.transpose(tf.reshape(x, [n / tile, tile, m]), [0, 2, 1]);
    return tf.reshape(tf.transpose(tiles, [1, 0, 2]), [m, n]);
  }
  const tiles = tf.transpose(tf.reshape(x, [n, m / tile, tile]), [1, 0, 2]);
  return tf.reshape(tf.transpose(tiles, [0, 2, 1]), [m, n]);
}

/** The largest divisor up to 64. */
function tileOf(n: number): number {
  for (let tile = 64; tile > 1; tile--) if (n % tile === 0) return tile;
  return 1;
}

/** x [N, d] -> [d]: sums of columns, as a product, since sums along the first axis are transposed first on some backends. */
export function columnSums(tf: Tf, x: Tensor2): Tensor {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]]);
}

/** x [N, P], weight [P, Q], bias [Q] or none -> [N, Q] */
export function linear(tf: Tf, x: Tensor, weight: Tensor, bias?: Tensor): Tensor2 {
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  return tf.customGrad((...args) => {
    const [x, weight, bias] = args as Tensor[];
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([x, weight]);
    const value = tf.matMul(x, weight);
    return {
      value: inputs.length === 2 ? value : tf.add(value, bias),
      gradFunc: (dy, saved) => {
        const [x, weight] = saved as Tensor[];
        const grads = [product(tf, dy, weight, false, true), product(tf, x, dy, true, false)];
        return inputs.length === 2 ? grads : [...grads, columnSums(tf, dy as Tensor2)];
      },
    };
  })(...inputs) as Tensor2;
}

export type NormKind = "std" | "layer";

/**
 * Normalises rows [N, d]: "std" is gain * (x - mean) / (std + 1e-6) + bias with the unbiased std (Schürholt et al.'s blocks),
 * "layer" gain * (x - mean) / sqrt(variance + 1e-5) with the population variance (GPT-2).
 */
export function norm(tf: Tf, kind: NormKind, x: Tensor, gain: Tensor, bias?: Tensor): Tensor {
  const inputs = bias === undefined ? [x, gain] : [x, gain, bias];
  const d = x.shape[1] as number;
  return tf.customGrad((...args) => {
    const [x, gain, bias] = args as Tensor[];
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const squares = tf.sum(tf.square(centred), 1, true);
    const spread = kind === "std" ? tf.sqrt(tf.div(squares, d - 1)) : tf.sqrt(tf.add(tf.div(squares, d), 1e-5));
    const inverse = tf.reciprocal(kind === "std" ? tf.add(spread, 1e-6) : spread);
    const unit = tf.mul(centred, inverse);
    save([unit, inverse, spread, gain]);
    const scaled = tf.mul(unit, gain);
    return {
      value: inputs.length === 2 ? scaled : tf.add(scaled, bias),
      gradFunc: (dy, saved) => {
        const [unit, inverse, spread, gain] = saved as Tensor[];
        const du = tf.mul(dy, gain);
        const along = tf.sum(tf.mul(du, unit), 1, true);
        // d spread / d centred = centred / (spread * n); a row without spread has no direction, and its share is 0
        const share = kind === "std" ? tf.divNoNan(along, tf.mul(tf.mul(spread, inverse), d - 1)) : tf.div(along, d);
        const dc = tf.mul(tf.sub(du, tf.mul(unit, share)), inverse);
        const dx = tf.sub(dc, tf.mean(dc, 1, true));
        const grads = [dx, columnSums(tf, tf.mul<Tensor2>(dy, unit))];
        return inputs.length === 2 ? grads : [...grads, columnSums(tf, dy as Tensor2)];
      },
    };
  })(...inputs);
}

/**
 * Self-attention between the T tokens of each of B rows. qkv [B * T, 3 d]: queries, keys and values of all heads beside each
 * other; mask [B * heads, T, T] multiplies the attention (dropout) -> [B * T, d].
 */
export function attention(tf: Tf, qkv: Tensor2, T: number, heads: number, mask?: Tensor): Tensor2 {
  const [rows, width] = qkv.shape;
  const [B, d] = [rows / T, width / 3];
  const dh = d / heads;
  const scale = 1 / Math.sqrt(dh);
  const folded = (x: Tensor): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [B, T, heads, dh]), [0, 2, 1, 3]), [B * heads, T, dh]);
  const unfolded = (x: Tensor): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [B, heads, T, dh]), [0, 2, 1, 3]), [rows, d]);
  return tf.customGrad((...args) => {
    const [qkv] = args as Tensor[];
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    const [q, k, v] = [0, 1, 2].map((i) => folded(tf.slice(qkv, [0, i * d], [rows, d]))); // a split copies more slowly on wasm
    const shares = tf.softmax(tf.mul(product(tf, q, k, false, true), scale));
    save(mask === undefined ? [q, k, v, shares] : [q, k, v, shares, mask]); // what is not saved is gone before the gradients
    return {
      value: unfolded(tf.matMul(mask === undefined ? shares : tf.mul(shares, mask), v)),
      gradFunc: (dy, saved) => {
        const [q, k, v, shares, mask] = saved as (Tensor | undefined)[] as [Tensor, Tensor, Tensor, Tensor, Tensor?];
        const dout = folded(dy);
        const used = mask === undefined ? shares : tf.mul(shares, mask);
        const dv = product(tf, used, dout, true, false);
        const dused = product(tf, dout, v, false, true);
        const dshares = mask === undefined ? dused : tf.mul(dused, mask);
        const weighted = tf.mul(dshares, shares);
        const ds = tf.mul(tf.sub(weighted, tf.mul(shares, tf.sum(weighted, -1, true))), scale);
        const dq = tf.matMul(ds, k);
        const dk = product(tf, ds, q, true, false);
        return tf.concat([unfolded(dq), unfolded(dk), unfolded(dv)], 1);
      },
    };
  })(qkv) as Tensor2;
}

const C = Math.sqrt(2 / Math.PI);

/** GELU by its tanh form, .5 x (1 + tanh(sqrt(2 / pi) (x + .044715 x^3))): GPT-2's. */
export function gelu(tf: Tf, x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const x = args[0] as Tensor;
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    const square = tf.square(x);
    const t = tf.tanh(tf.mul(tf.mul(x, C), tf.add(tf.mul(square, 0.044715), 1)));
    save([x, t]);
    return {
      value: tf.mul(tf.mul(x, 0.5), tf.add(t, 1)),
      gradFunc: (dy, saved) => {
        const [x, t] = saved as Tensor[];
        const slope = tf.mul(tf.sub(1, tf.square(t)), tf.add(tf.mul(tf.square(x), 3 * 0.044715 * C), C));
        const d = tf.mul(tf.add(tf.add(t, 1), tf.mul(x, slope)), 0.5);
        return tf.mul(dy, d);
      },
    };
  })(x);
}
