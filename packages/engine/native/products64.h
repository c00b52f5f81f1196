// Sums over pairs of vectors in float64, one output a lane. Mirrors src/reference/reference-dense.ts.
#pragma once
#include "products.h"

namespace zoo {

/** What src/kernels/dense-tasks.ts writes: a ProductsTask whose matrices are float64 where a_double, b_double say so. */
struct Products64Task {
  int32_t a_double, b_double;
  int32_t m, n, K;
  int32_t a_first, a_row, a_step, b_first, b_row, b_step, out_first, out_row;
  int32_t diagonal;
};

constexpr int PANEL64 = PANEL / 2;
constexpr int COLUMNS64 = COLUMNS / 2;
static_assert(8 * (BLOCK * COLUMNS64 + BLOCK * ROWS + ROWS * PANEL64) <= 1 << 19, "what src/kernels/dense-tasks.ts gives");

/** out[k][r] = in(r, k), zeros for r >= rows. */
template <int WIDTH, typename T>
static void pack64(const T* in, int64_t row, int64_t step, int rows, int count, double* out) {
  if (rows < WIDTH) __builtin_memset(out, 0, sizeof(double) * WIDTH * count);
  if (row == 1 && rows == WIDTH) {
    for (int k = 0; k < count; k++)
      for (int r = 0; r < WIDTH; r++) out[k * WIDTH + r] = (double)in[k * step + r];
    return;
  }
  for (int r = 0; r < rows; r++)
    for (int k = 0; k < count; k++) out[k * WIDTH + r] = (double)in[r * row + k * step];
}

template <int WIDTH>
static void pack64(const void* in, int is_double, int64_t at, int64_t row, int64_t step, int rows, int count, double* out) {
  if (is_double) pack64<WIDTH>((const double*)in + at, row, step, rows, count, out);
  else pack64<WIDTH>((const float*)in + at, row, step, rows, count, out);
}

/** a: [count][ROWS], b: [count][VECTORS], out: [ROWS][VECTORS]. EXACT: the products are, so fusing changes no bit. */
template <bool EXACT>
static void product_tile64(const double* a, const Doubles* b, int count, Doubles* out) {
  Doubles sum[ROWS][VECTORS];
  ZOO_UNROLL
  for (int r = 0; r < ROWS; r++) {
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) sum[r][v] = Doubles{};
  }
  for (const double* const end = a + (int64_t)count * ROWS; a < end; a += ROWS, b += VECTORS) {
    Doubles y[VECTORS];
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) y[v] = b[v], in_register(y[v]);
    ZOO_UNROLL
    for (int r = 0; r < ROWS; r++) {
      Doubles x = splat64(a[r]);
      in_register(x);
      ZOO_UNROLL
      for (int v = 0; v < VECTORS; v++) {
        if (EXACT) sum[r][v] = madd_exact(x, y[v], sum[r][v]);
        else sum[r][v] += x * y[v];
      }
    }
  }
  ZOO_UNROLL
  for (int r = 0; r < ROWS; r++) {
    ZOO_UNROLL
    for (int v = 0; v < VECTORS; v++) out[r * VECTORS + v] = sum[r][v];
  }
}

template <bool EXACT>
static void products64(const Products64Task& t, const void* a, const void* b, double* out, char* scratch) {
  out += t.out_first;
  double* packed_b = (double*)scratch;
  double* packed_a = packed_b + BLOCK * COLUMNS64;
  Doubles* tile = (Doubles*)(packed_a + BLOCK * ROWS);
  for (int left = 0; left < t.n; left += COLUMNS64) {
    const int right = left + COLUMNS64 < t.n ? left + COLUMNS64 : t.n;
    const int64_t needed = (int64_t)right - t.diagonal;  // rows from here on are left of the diagonal
    const int m = needed < t.m ? (int)(needed > 0 ? needed : 0) : t.m;
    if (m == 0) continue;
    for (int from = 0; from < t.K; from += BLOCK) {
      const int count = from + BLOCK < t.K ? BLOCK : t.K - from;
      for (int j = left; j < right; j += PANEL64) {
        const int columns = j + PANEL64 < right ? PANEL64 : right - j;
        const int64_t at = t.b_first + (int64_t)from * t.b_step + (int64_t)j * t.b_row;
        pack64<PANEL64>(b, t.b_double, at, t.b_row, t.b_step, columns, count, packed_b + (j - left) * BLOCK);
      }
      for (int i = 0; i < m; i += ROWS) {
        const int rows = i + ROWS < m ? ROWS : m - i;
        const int64_t at = t.a_first + (int64_t)i * t.a_row + (int64_t)from * t.a_step;
        pack64<ROWS>(a, t.a_double, at, t.a_row, t.a_step, rows, count, packed_a);
        for (int j = left; j < right; j += PANEL64) {
          if ((int64_t)j + PANEL64 <= (int64_t)i + t.diagonal) continue;
          double* to = out + (int64_t)i * t.out_row + j;
          for (int r = 0; r < rows; r++)
            for (int c = 0; c < PANEL64; c += 8) __builtin_prefetch(to + (int64_t)r * t.out_row + c, 1);
          product_tile64<EXACT>(packed_a, (const Doubles*)(packed_b + (j - left) * BLOCK), count, tile);
          const int columns = j + PANEL64 < right ? PANEL64 : right - j;
          for (int r = 0; r < rows; r++) {
            const double* sums = (const double*)tile + r * PANEL64;
            double* totals = to + (int64_t)r * t.out_row;
            for (int c = 0; c < columns; c++) {
              const double total = totals[c] + sums[c];
              totals[c] = total == total ? total : __builtin_nan("");
            }
          }
        }
      }
    }
  }
}

}  // namespace zoo
