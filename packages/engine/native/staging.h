// Images -> network input [C][H*W]. A uint8 pixel becomes fma(u, scale, shift) with scale and shift per channel; float32
// values are inputs already.
#pragma once
#include "lanes.h"

namespace zoo {

/** The same image for all lanes. */
static void stage_shared(const uint8_t* image, V* input, int channels, int pixels, const float* affine) {
  for (int c = 0; c < channels; c++) {
    const V scale = splat(affine[c]), shift = splat(affine[channels + c]);
    for (int i = 0; i < pixels; i++) *input++ = madd(splat((float)*image++), scale, shift);
  }
}

/** The same values for all lanes. */
static void stage_shared(const float* values, V* input, int size) {
  for (int i = 0; i < size; i++) input[i] = splat(values[i]);
}

typedef uint8_t Bytes __attribute__((vector_size(16)));

/** a[0] b[0] a[1] b[1] ..: the lower and the upper halves of two rows, mixed. GCC knows shufflevector from version 12 on. */
#if defined(__clang__)
ZOO_INLINE Bytes mix_low(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
ZOO_INLINE Bytes mix_high(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
#else
ZOO_INLINE Bytes mix_low(Bytes a, Bytes b) {
  return __builtin_shuffle(a, b, Bytes{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23});
}
ZOO_INLINE Bytes mix_high(Bytes a, Bytes b) {
  return __builtin_shuffle(a, b, Bytes{8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31});
}
#endif

/** Transposes [LANES][16] bytes to [16][LANES] by repeated perfect shuffles. */
ZOO_INLINE void interleave(Bytes rows[LANES]) {
  for (int stage = 1; stage < LANES; stage *= 2) {
    Bytes next[LANES];
    ZOO_UNROLL for (int i = 0; i < LANES / 2; i++) {
      const Bytes a = rows[i], b = rows[i + LANES / 2];
      next[2 * i] = mix_low(a, b);
      next[2 * i + 1] = mix_high(a, b);
    }
    ZOO_UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
  }
}

/** Each lane its own image. */
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

/** Each lane its own values. */
static void stage_lanes(const float* const values[LANES], V* input, int size) {
  for (int i = 0; i < size; i++) {
    V u;
    for (int lane = 0; lane < LANES; lane++) u[lane] = values[lane][i];
    input[i] = u;
  }
}

}  // namespace zoo
