// Sums over pairs of vectors, one output a lane: products and squared distances. Mirrors src/reference/reference-dense.ts.
#pragma once
#include "lanes.h"

namespace zoo {

/** What src/kernels/dense-tasks.ts writes. All count elements: a(i, k) lies at a[a_first + i * a_row + k * a_step]. */
struct ProductsTask {
  int32_t squared;  // sums of (a - b)^2 instead of a * b
  int32_t m, n, K;
  int32_t a_first, a_row, a_step, b_first, b_row, b_step, out_first, out_row;
  int32_t diagonal;  // outputs with j < i + diagonal may be left out
};

/** Terms of one float32 sum. */
constexpr int BLOCK = 256;
/** Outputs of a tile: ROWS x PANEL, all in registers. */
constexpr int ROWS = REGISTERS >= 32 ? 8 : REGISTERS >= 16 ? 6 : 4;
constexpr int VECTORS = REGISTERS >= 32 ? 3 : 2;
constexpr int PANEL = VECTORS * LANES;
/** Columns whose block of b lies in the second-level cache; a multiple of every PANEL. */
constexpr int COLUMNS = 480;
static_assert(COLUMNS % PANEL == 0, "whole panels");

/** scratch of products(): b packed, a packed, a tile. */
constexpr int PRODUCTS_SCRATCH = 4 * (BLOCK * COLUMNS + BLOCK * ROWS + ROWS * PANEL);
static_assert(PRODUCTS_SCRATCH <= 1 << 19, "what src/kernels/dense-tasks.ts gives");

/** out[k][r] = in(r, k), zeros for r >= rows. */
template <int WIDTH>
static void pack(const float* in, int64_t row, int64_t step, int rows, int count, float* out) {
  if (rows < WIDTH) __builtin_memset(out, 0, sizeof(float) * WIDTH * count);
  if (row == 1) {
    for (int k = 0; k < count; k++)
      for (int r = 0; r < rows; r++) out[k * WIDTH + r] = in[k * step + r];
    return;
  }
  for (int r = 0; r < rows; r++)
    for (int k = 0; k < count; k++) out[k * WIDTH + r] = in[r * row + k * step];
}

/** a(r, k) lies at a[r][k * step]; b: [count][VECTORS], out: [ROWS][VECTORS]. */
template <bool SQUARED>
static void product_tile(const float* const a[ROWS], int64_t step, const V* b, int count, V* out) {
  V sum[ROWS][VECTORS];
  ZOO_UNROLL
  for (int r = 0; r < ROWS; r++) {
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) sum[r][v] = splat(0.0f);
  }
  const V* const end = b + (int64_t)count * VECTORS;
  for (int64_t k = 0; b < end; k += step, b += VECTORS) {
    V y[VECTORS];
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) y[v] = b[v], in_register(y[v]);
    ZOO_UNROLL
    for (int r = 0; r < ROWS; r++) {
      V x = splat(a[r][k]);
      in_register(x);
      ZOO_UNROLL
      for (int v = 0; v < VECTORS; v++) {
        if (SQUARED) {
          const V difference = x - y[v];
          sum[r][v] = madd(difference, difference, sum[r][v]);
        } else {
          sum[r][v] = madd(x, y[v], sum[r][v]);
        }
      }
    }
  }
  ZOO_UNROLL
  for (int r = 0; r < ROWS; r++) {
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) out[r * VECTORS + v] = sum[r][v];
  }
}

/** Adds the sums of a block to the outputs; every NaN becomes the same one. */
ZOO_INLINE void add_tile(const float* sums, double* out, int64_t out_row, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    double* to = out + r * out_row;
    for (int c = 0; c < columns; c++) {
      const double total = to[c] + (double)sums[r * PANEL + c];
      to[c] = total == total ? total : __builtin_nan("");
    }
  }
}

template <bool SQUARED>
static void products(const ProductsTask& t, const float* a, const float* b, double* out, char* scratch) {
  a += t.a_first, b += t.b_first, out += t.out_first;
  float* packed_b = (float*)scratch;
  float* packed_a = packed_b + BLOCK * COLUMNS;
  V* tile = (V*)(packed_a + BLOCK * ROWS);
  for (int left = 0; left < t.n; left += COLUMNS) {
    const int right = left + COLUMNS < t.n ? left + COLUMNS : t.n;
    const int64_t needed = (int64_t)right - t.diagonal;  // rows from here on are left of the diagonal
    const int m = needed < t.m ? (int)(needed > 0 ? needed : 0) : t.m;
    if (m == 0) continue;
    for (int from = 0; from < t.K; from += BLOCK) {
      const int count = from + BLOCK < t.K ? BLOCK : t.K - from;
      const float* b_block = b + (int64_t)from * t.b_step;
      for (int j = left; j < right; j += PANEL) {
        const int columns = j + PANEL < right ? PANEL : right - j;
        pack<PANEL>(b_block + (int64_t)j * t.b_row, t.b_row, t.b_step, columns, count, packed_b + (j - left) * BLOCK);
      }
      for (int i = 0; i < m; i += ROWS) {
        const int rows = i + ROWS < m ? ROWS : m - i;
        const float* in = a + (int64_t)i * t.a_row + (int64_t)from * t.a_step;
        const bool packed = t.a_step != 1;  // terms that follow each other are read where they are
        if (packed) pack<ROWS>(in, t.a_row, t.a_step, rows, count, packed_a);
        const float* row[ROWS];  // beyond the last one it is the last once more
        for (int r = 0; r < ROWS; r++) row[r] = packed ? packed_a + r : in + (int64_t)(r < rows ? r : rows - 1) * t.a_row;
        for (int j = left; j < right; j += PANEL) {
          if ((int64_t)j + PANEL <= (int64_t)i + t.diagonal) continue;
          double* to = out + (int64_t)i * t.out_row + j;
          for (int r = 0; r < rows; r++)
            for (int c = 0; c < PANEL; c += 8) __builtin_prefetch(to + (int64_t)r * t.out_row + c, 1);
          product_tile<SQUARED>(row, packed ? ROWS : 1, (const V*)(packed_b + (j - left) * BLOCK), count, tile);
          if (j + PANEL <= right) add_tile((const float*)tile, to, t.out_row, rows, PANEL);
          else add_tile((const float*)tile, to, t.out_row, rows, right - j);
        }
      }
    }
  }
}

}  // namespace zoo
