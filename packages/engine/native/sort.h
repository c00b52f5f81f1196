// Sorts the lanes of an array of vectors, each by itself, with a network of minima and maxima: bitonic, every comparison with the
// smaller value first, so that positions beyond the end need not exist (they would hold infinity and never move).
#pragma once
#include "lanes.h"

namespace zoo {

/** Vectors that lie in registers at once. */
constexpr int RADIX = REGISTERS >= 32 ? 16 : 8;

ZOO_INLINE void order(V& a, V& b) {
  const V low = minimum(a, b);
  b = maximum(a, b);
  a = low;
}

/** Merges bitonic sequences of SIZE within x[RADIX]. */
template <int SIZE>
ZOO_INLINE void clean(V* x) {
  if constexpr (SIZE > 1) {
    ZOO_UNROLL
    for (int i = 0; i < RADIX; i++)
      if ((i & (SIZE / 2)) == 0) order(x[i], x[i + SIZE / 2]);
    clean<SIZE / 2>(x);
  }
}

/** The levels of a merge at distances RADIX/2 * stride .. stride. */
static void clean_pass(V* values, int n, int stride) {
  const V infinity = splat(__builtin_inff());
  for (int block = 0; block < n; block += RADIX * stride) {
    for (int i = block; i < block + stride && i < n; i++) {
      V x[RADIX];
      if (i + (RADIX - 1) * stride < n) {
        ZOO_UNROLL
        for (int r = 0; r < RADIX; r++) x[r] = values[i + r * stride];
        clean<RADIX>(x);
        ZOO_UNROLL
        for (int r = 0; r < RADIX; r++) values[i + r * stride] = x[r];
      } else {
        const int there = (n - i + stride - 1) / stride;
        ZOO_UNROLL
        for (int r = 0; r < RADIX; r++) x[r] = r < there ? values[i + r * stride] : infinity;
        clean<RADIX>(x);
        ZOO_UNROLL
        for (int r = 0; r < RADIX; r++)
          if (r < there) values[i + r * stride] = x[r];
      }
    }
  }
}

/** The levels at distance stride alone. */
static void clean_level(V* values, int n, int stride) {
  for (int block = 0; block + stride < n; block += 2 * stride)
    for (int i = block; i < block + stride && i + stride < n; i++) order(values[i], values[i + stride]);
}

/** Makes one bitonic sequence's halves of two sorted ones: each value against its mirror image. */
static void flip_level(V* values, int n, int half) {
  for (int block = 0; block + half < n; block += 2 * half) {
    const int last = block + 2 * half - 1;
    for (int i = last < n ? block : block + (last - n + 1); i < block + half; i++) order(values[i], values[last - (i - block)]);
  }
}

template <int HALF>
ZOO_INLINE void flip(V* x) {
  ZOO_UNROLL
  for (int i = 0; i < RADIX; i++)
    if ((i & HALF) == 0) order(x[i], x[i ^ (2 * HALF - 1)]);
}

/** Sorts runs of RADIX. */
static void sort_runs(V* values, int n) {
  const V infinity = splat(__builtin_inff());
  for (int i = 0; i < n; i += RADIX) {
    V x[RADIX];
    ZOO_UNROLL
    for (int r = 0; r < RADIX; r++) x[r] = i + r < n ? values[i + r] : infinity;
    flip<1>(x);
    flip<2>(x);
    clean<2>(x);
    flip<4>(x);
    clean<4>(x);
    if constexpr (RADIX == 16) {
      flip<8>(x);
      clean<8>(x);
    }
    ZOO_UNROLL
    for (int r = 0; r < RADIX; r++)
      if (i + r < n) values[i + r] = x[r];
  }
}

/** values: [n]. Lanes with NaN come out in no order. */
static void sort(V* values, int n) {
  sort_runs(values, n);
  for (int half = RADIX; half < n; half *= 2) {
    flip_level(values, n, half);
    int whole = RADIX;  // the largest power of RADIX up to half: passes take its levels several at a time
    while (whole <= half / RADIX) whole *= RADIX;
    for (int distance = half / 2; distance >= whole; distance /= 2) clean_level(values, n, distance);
    for (int stride = whole / RADIX; stride > 0; stride /= RADIX) clean_pass(values, n, stride);
  }
}

}  // namespace zoo
