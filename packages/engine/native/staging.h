// uint8 images -> normalised float32 input [C][H*W], pixel = fma(u, scale, shift) with scale and shift per channel.
#pragma once
#include "lanes.h"

namespace zoo {

/** The same image for all lanes (evaluation). */
static void stage_shared(const uint8_t* image, V* input, int channels, int pixels, const float* affine) {
  for (int c = 0; c < channels; c++) {
    const V scale = splat(affine[c]), shift = splat(affine[channels + c]);
    for (int i = 0; i < pixels; i++) *input++ = madd(splat((float)*image++), scale, shift);
  }
}

typedef uint8_t Bytes __attribute__((vector_size(16)));

/** Transposes [LANES][16] bytes to [16][LANES] by repeated perfect shuffles. */
ZOO_INLINE void interleave(Bytes rows[LANES]) {
  for (int stage = 1; stage < LANES; stage *= 2) {
    Bytes next[LANES];
    ZOO_UNROLL for (int i = 0; i < LANES / 2; i++) {
      const Bytes a = rows[i], b = rows[i + LANES / 2];
      next[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    ZOO_UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
  }
}

/** Each lane its own image (training, where every model has its own data order). */
static void stage_lanes(const uint8_t* const image[LANES], V* input, int channels, int pixels, const float* affine) {
  for (int c = 0; c < channels; c++) {
    const V scale = splat(affine[c]), shift = splat(affine[channels + c]);
    const int64_t plane = (int64_t)c * pixels;
    int i = 0;
    for (; i + 16 <= pixels; i += 16) {
      Bytes rows[LANES];
      ZOO_UNROLL for (int lane = 0; lane < LANES; lane++) __builtin_memcpy(&rows[lane], image[lane] + plane + i, 16);
      interleave(rows);
      const uint8_t* bytes = (const uint8_t*)rows;
      for (int j = 0; j < 16; j++) *input++ = madd(from_bytes(bytes + j * LANES), scale, shift);
    }
    for (; i < pixels; i++) {
      V u;
      for (int lane = 0; lane < LANES; lane++) u[lane] = (float)image[lane][plane + i];
      *input++ = madd(u, scale, shift);
    }
  }
}

}  // namespace zoo
