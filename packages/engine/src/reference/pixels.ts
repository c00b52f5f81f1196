import { fma32 } from "../numerics/math32.ts";

/** uint8 [C, H*W] -> the network's float32 input: fma(u, scale, shift) with scale and shift [C]. */
export function normalise(pixels: Uint8Array, scale: Float32Array, shift: Float32Array): Float32Array {
  const plane = pixels.length / scale.length;
  return Float32Array.from(pixels, (u, i) => {
    const channel = Math.floor(i / plane);
    return fma32(u, scale[channel], shift[channel]);
  });
}
