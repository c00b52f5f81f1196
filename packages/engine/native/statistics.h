// Mean, variance and quantiles of segments of rows, one row a lane. Mirrors src/reference/reference-dense.ts.
#pragma once
#include "lanes.h"
#include "sort.h"

namespace zoo {

/** Followed by offset and size of each segment. */
struct StatisticsTask {
  int32_t m, K, segments;
};

constexpr double QUANTILES[] = {0.01, 0.25, 0.5, 0.75, 0.99};
constexpr int STATISTICS = 7;

/** Mean and population variance of values [n][lane]. */
ZOO_INLINE void moments(const V* values, int n, double* mean, double* variance) {
  const Half* halves = (const Half*)values;
  Doubles low = {}, high = {};
  for (int e = 0; e < n; e++) {
    low += __builtin_convertvector(halves[2 * e], Doubles);
    high += __builtin_convertvector(halves[2 * e + 1], Doubles);
  }
  low /= (double)n, high /= (double)n;
  Doubles squares_low = {}, squares_high = {};
  for (int e = 0; e < n; e++) {
    const Doubles below = __builtin_convertvector(halves[2 * e], Doubles) - low;
    const Doubles above = __builtin_convertvector(halves[2 * e + 1], Doubles) - high;
    squares_low += below * below;
    squares_high += above * above;
  }
  squares_low /= (double)n, squares_high /= (double)n;
  for (int lane = 0; lane < LANES / 2; lane++) {
    mean[lane] = low[lane], mean[lane + LANES / 2] = high[lane];
    variance[lane] = squares_low[lane], variance[lane + LANES / 2] = squares_high[lane];
  }
}

/** Of sorted values. */
ZOO_INLINE double between(double low, double high, double fraction) {
  return low == high || fraction == 0.0 ? low : low + (high - low) * fraction;
}

/** out: [count][stride], of one segment of `count` rows, at most LANES; scratch: [size padded][lane]. */
static void segment_statistics(const float* rows, int64_t K, int count, int n, double* out, int64_t stride, V* scratch) {
  float* values = (float*)scratch;
  for (int lane = 0; lane < LANES; lane++) {
    const float* row = rows + (int64_t)(lane < count ? lane : count - 1) * K;
    for (int e = 0; e < n; e++) values[e * LANES + lane] = row[e] + 0.0f;  // no -0: the order is that of the values
  }
  I unordered = {};
  for (int e = 0; e < n; e++) unordered |= (I)(scratch[e] != scratch[e]);
  double mean[LANES], variance[LANES];
  moments(scratch, n, mean, variance);
  sort(scratch, n);
  for (int lane = 0; lane < count; lane++) {
    double* to = out + lane * stride;
    to[0] = mean[lane], to[1] = variance[lane];
    for (int q = 0; q < 5; q++) {
      const double at = QUANTILES[q] * (double)(n - 1);
      const int low = n > 0 ? (int)at : 0;
      const int high = low + 1 < n ? low + 1 : low;
      to[2 + q] = n > 0 ? between(values[low * LANES + lane], values[high * LANES + lane], at - low) : 0.0;
    }
    for (int s = 0; s < STATISTICS; s++)
      if (unordered[lane] || n == 0 || to[s] != to[s]) to[s] = __builtin_nan("");
  }
}

}  // namespace zoo
