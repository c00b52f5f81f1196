// Matrices: what engine.h promises of them.
#include "engine.h"
#include "matches.h"
#include "products64.h"
#include "statistics.h"

using namespace zoo;

void zoo_products(const int32_t* words, const float* a, const float* b, double* out, char* scratch) {
  const ProductsTask& task = *(const ProductsTask*)words;
  if (task.squared) products<true>(task, a, b, out, scratch);
  else products<false>(task, a, b, out, scratch);
}

void zoo_products64(const int32_t* words, const void* a, const void* b, double* out, char* scratch) {
  const Products64Task& task = *(const Products64Task*)words;
  if (task.a_double || task.b_double) products64<false>(task, a, b, out, scratch);
  else products64<true>(task, a, b, out, scratch);
}

void zoo_matches(const int32_t* words, const uint8_t* a, const uint8_t* b, int32_t* out) {
  matches(*(const MatchesTask*)words, a, b, out);
}

void zoo_statistics(const int32_t* words, const float* rows, double* out, char* scratch) {
  const StatisticsTask& task = *(const StatisticsTask*)words;
  const int32_t* segment = words + sizeof(StatisticsTask) / sizeof(int32_t);
  const int64_t stride = (int64_t)task.segments * STATISTICS;
  for (int first = 0; first < task.m; first += LANES) {
    const int count = first + LANES < task.m ? LANES : task.m - first;
    for (int s = 0; s < task.segments; s++) {
      segment_statistics(rows + (int64_t)first * task.K + segment[2 * s], task.K, count, segment[2 * s + 1],
                         out + first * stride + s * STATISTICS, stride, (V*)scratch);
    }
  }
}
