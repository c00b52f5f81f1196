/** Pillow keeps the weights of 8-bit images in fixed point with this many fractional bits (32 - 8 - 2). */
const FRACTION_BITS = 22;
const ONE = 2 ** FRACTION_BITS;

/** The input pixels that make one output pixel: `weights.length` of them from `first` on. */
interface Taps {
  first: number;
  weights: Int32Array;
}

/**
 * Bilinear resampling of greyscale images, equal byte for byte to Pillow's
 * `Image.resize((W, H), Image.Resampling.BILINEAR)`, which is what torchvision's `Resize` calls for a PIL image.
 *
 * images: uint8 [N, h, w], row-major -> uint8 [N, H, W].
 *
 * A triangle filter with its support scaled up when shrinking (so "antialias" is on), weights rounded to 22 fractional
 * bits, rows first, the intermediate rounded to uint8, then columns. An axis that keeps its size is left as it is.
 * Not equal where Pillow 13 and later take the columns first: when the height shrinks clearly more than the width.
 */
export function resizeBilinear(
  images: Uint8Array,
  [h, w]: readonly [number, number],
  [H, W]: readonly [number, number],
): Uint8Array {
  for (const size of [h, w, H, W]) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`resizeBilinear: every side must be a positive integer, got ${h}x${w} -> ${H}x${W}`);
    }
  }
  const N = images.length / (h * w);
  if (!Number.isInteger(N)) {
    throw new RangeError(`resizeBilinear: ${images.length} bytes are no whole number of ${h}x${w} images`);
  }
  const wide = W === w ? images : resample(images, N * h, w, 1, triangle(w, W)); // [N, h, W]
  return H === h ? wide.slice() : resample(wide, N, h, W, triangle(h, H)); // [N, H, W]
}

/** in: [outer, taps' input size, inner] -> [outer, taps.length, inner], a weighted sum along the middle axis. */
function resample(input: Uint8Array, outer: number, size: number, inner: number, taps: readonly Taps[]): Uint8Array {
  const out = new Uint8Array(outer * taps.length * inner);
  let o = 0;
  for (let n = 0; n < outer; n++) {
    for (const { first, weights } of taps) {
      for (let i = 0; i < inner; i++, o++) {
        let sum = ONE / 2;
        let at = (n * size + first) * inner + i;
        for (let k = 0; k < weights.length; k++, at += inner) sum += weights[k] * input[at];
        out[o] = sum >> FRACTION_BITS; // at most 255: weights are positive and sum to 1 within 1e-6
      }
    }
  }
  return out;
}

/** The taps of each of `size` output pixels over `from` input pixels. */
function triangle(from: number, size: number): Taps[] {
  const scale = from / size;
  const support = Math.max(scale, 1);
  return Array.from({ length: size }, (_, x) => {
    const centre = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k - centre + 0.5) * (1 / support))),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: Int32Array.from(raw, (weight) => Math.trunc(0.5 + (weight / sum) * ONE)) };
  });
}
