// At how many places the bytes of two rows agree. Counts are whole numbers, so their order is free: here sums run over lanes.
#pragma once
#include "lanes.h"

namespace zoo {

struct MatchesTask {
  int32_t m, n, K;
  int32_t a_first, b_first, out_first, out_row;
  int32_t diagonal;  // outputs with j < i + diagonal may be left out
};

constexpr int VECTOR_BYTES = sizeof(ByteVector);
/** ByteVector of a row that are compared before the next rows: those of a tile stay in the first-level cache. */
constexpr int PIECE = 240 * VECTOR_BYTES < 4096 ? 240 * VECTOR_BYTES : 4096;  // counts fit a byte
/** Rows of b that stay in the second-level cache. */
constexpr int MATCH_COLUMNS = 64;
constexpr int A_ROWS = REGISTERS >= 32 ? 4 : 2;
constexpr int B_ROWS = 4;

ZOO_INLINE ByteVector load_bytes(const uint8_t* p) {
  ByteVector x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}

/** The first `count` bytes of a vector, then `fill`. */
ZOO_INLINE ByteVector load_tail(const uint8_t* p, int count, int fill) {
  ByteVector x;
  __builtin_memset(&x, fill, sizeof x);
  __builtin_memcpy(&x, p, count);
  return x;
}

/** Adds the matches in `count` bytes of A_ROWS x B_ROWS rows, less than 256 vectors. */
static void match_tile(const uint8_t* const* a, const uint8_t* const* b, int count, int32_t sums[A_ROWS][B_ROWS]) {
  ByteVector sum[A_ROWS][B_ROWS];
  ZOO_UNROLL
  for (int i = 0; i < A_ROWS; i++) {
    ZOO_UNROLL
    for (int j = 0; j < B_ROWS; j++) sum[i][j] = ByteVector{};
  }
  const auto step = [&](const ByteVector* x, const ByteVector* y) __attribute__((always_inline)) {
    ZOO_UNROLL
    for (int i = 0; i < A_ROWS; i++) {
      ZOO_UNROLL
      for (int j = 0; j < B_ROWS; j++) sum[i][j] = count_equal(x[i], y[j], sum[i][j]);
    }
  };
  int k = 0;
  ByteVector x[A_ROWS], y[B_ROWS];
  for (; k + VECTOR_BYTES <= count; k += VECTOR_BYTES) {
    ZOO_UNROLL
    for (int i = 0; i < A_ROWS; i++) x[i] = load_bytes(a[i] + k);
    ZOO_UNROLL
    for (int j = 0; j < B_ROWS; j++) y[j] = load_bytes(b[j] + k);
    step(x, y);
  }
  if (k < count) {
    for (int i = 0; i < A_ROWS; i++) x[i] = load_tail(a[i] + k, count - k, 0);
    for (int j = 0; j < B_ROWS; j++) y[j] = load_tail(b[j] + k, count - k, 1);
    step(x, y);
  }
  for (int i = 0; i < A_ROWS; i++)
    for (int j = 0; j < B_ROWS; j++) sums[i][j] = sum_bytes(sum[i][j]);
}

static void matches(const MatchesTask& t, const uint8_t* a, const uint8_t* b, int32_t* out) {
  a += t.a_first, b += t.b_first, out += t.out_first;
  for (int i = 0; i < t.m; i++) __builtin_memset(out + (int64_t)i * t.out_row, 0, sizeof(int32_t) * t.n);
  for (int left = 0; left < t.n; left += MATCH_COLUMNS) {
    const int right = left + MATCH_COLUMNS < t.n ? left + MATCH_COLUMNS : t.n;
    for (int from = 0; from < t.K; from += PIECE) {
      const int count = from + PIECE < t.K ? PIECE : t.K - from;
      for (int i = 0; i < t.m; i += A_ROWS) {
        const uint8_t* x[A_ROWS];
        // Rows beyond the last are the last once more.
        for (int r = 0; r < A_ROWS; r++) x[r] = a + (int64_t)(i + r < t.m ? i + r : t.m - 1) * t.K + from;
        for (int j = left; j < right; j += B_ROWS) {
          if ((int64_t)j + B_ROWS <= (int64_t)i + t.diagonal) continue;
          const uint8_t* y[B_ROWS];
          for (int r = 0; r < B_ROWS; r++) y[r] = b + (int64_t)(j + r < t.n ? j + r : t.n - 1) * t.K + from;
          int32_t sums[A_ROWS][B_ROWS];
          match_tile(x, y, count, sums);
          for (int r = 0; r < A_ROWS && i + r < t.m; r++)
            for (int c = 0; c < B_ROWS && j + c < right; c++) out[(int64_t)(i + r) * t.out_row + j + c] += sums[r][c];
        }
      }
    }
  }
}

}  // namespace zoo
