// The fused multiply-add peak of one core: twelve independent chains, nothing else. Prints GFLOP/s of each of the given
// number of turns of about 0.2 s.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lanes.h"

using zoo::madd;
using zoo::splat;
using zoo::V;

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void chains(long rounds, V x, V y, V* out) {
  V a = x, b = a + x, c = b + x, d = c + x, e = d + x, f = e + x, g = f + x, h = g + x, i = h + x, j = i + x, k = j + x,
    l = k + x;
  for (long r = 0; r < rounds; r++) {
    a = madd(a, x, y), b = madd(b, x, y), c = madd(c, x, y), d = madd(d, x, y), e = madd(e, x, y), f = madd(f, x, y);
    g = madd(g, x, y), h = madd(h, x, y), i = madd(i, x, y), j = madd(j, x, y), k = madd(k, x, y), l = madd(l, x, y);
  }
  *out = a + b + c + d + e + f + g + h + i + j + k + l;
}

int main(int argc, char** argv) {
  const int turns = argc > 1 ? atoi(argv[1]) : 5;
  volatile float start = 0.9f;
  V sink;
  chains(1000000, splat(start), splat(0.5f), &sink);
  for (int turn = 0; turn < turns; turn++) {
    const long rounds = 60000000;
    const double from = seconds();
    chains(rounds, splat(start), splat(0.5f), &sink);
    printf("%.1f\n", (double)rounds * 12 * zoo::LANES * 2 / (seconds() - from) / 1e9);
  }
  return ((volatile float*)&sink)[0] > 1e30f;
}
