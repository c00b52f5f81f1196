import type { Tensor, Tensor2 } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import { blocksBy, linearBy, type Pass, parameter } from "./transformer.ts";

/** Normalised weights in token order [B, D] -> latents [B, K]. */
export function encodeWhole(pass: Pass, { layers, T }: TokenPlan, x: Tensor2): Tensor2 {
  const { tf, config } = pass;
  const [B, d] = [x.shape[0], config.width];
  const token = config.bottleneck === "token";
  const embedded = layers.map(({ count, width, offset }, l) => {
    const rows = tf.reshape(tf.slice(x, [0, offset], [B, count * width]), [B * count, width]);
    return tf.reshape(linearBy(pass, `embed_${l}`, rows), [B, count, d]);
  });
  if (token) embedded.unshift(tf.add(tf.zeros([B, 1, d]), parameter(pass, "encoder_token")));
  const count = token ? T + 1 : T;
  const placed = tf.add(joined(pass, embedded), parameter(pass, "encoder_positions"));
  const out = blocksBy(pass, "encoder", tf.reshape(placed, [B * count, d]), count);
  const flat = tf.reshape(out, [B, count * d]);
  const latent = linearBy(pass, "bottleneck", token ? tf.slice(flat, [0, 0], [B, d]) : flat);
  return config.bottleneck === "linear" ? latent : tf.tanh(latent);
}

/** Latents [B, K] -> normalised weights in token order [B, D]. */
export function decodeWhole(pass: Pass, { layers, T }: TokenPlan, latent: Tensor): Tensor2 {
  const { tf, config } = pass;
  const [B, d] = [latent.shape[0], config.width];
  const tokens = tf.reshape(linearBy(pass, "expand", latent), [B, T, d]);
  const placed = tf.reshape(tf.add(tokens, parameter(pass, "decoder_positions")), [B * T, d]);
  const out = tf.reshape(blocksBy(pass, "decoder", placed, T), [B, T, d]);
  const parts =
    layers.length === 1
      ? [out]
      : tf.split(
          out,
          layers.map(({ count }) => count),
          1,
        );
  const rows = layers.map(({ count, width }, l) => {
    const part = tf.reshape(parts[l], [B * count, d]);
    return tf.reshape(linearBy(pass, `unembed_${l}`, part), [B, count * width]);
  });
  return joined(pass, rows) as Tensor2;
}

const joined = ({ tf }: Pass, parts: Tensor[]): Tensor => (parts.length === 1 ? parts[0] : tf.concat(parts, 1));
