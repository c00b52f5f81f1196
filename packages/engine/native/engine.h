// What the kernels offer to JavaScript. All memory belongs to the caller.
#pragma once
#include <stdint.h>

extern "C" {

/** Models per group: the width of a vector. */
int zoo_lanes();

/** 1 when multiply-add rounds once, 0 when it rounds twice (possible with WebAssembly's relaxed instruction). */
int zoo_fused();

/** Chooses the tiles of every layer. Once per arena. */
void zoo_prepare(char* arena);

/** Adds up loss and correct answers of `count` samples; indices: int32 [count] into images, the same for all lanes. */
void zoo_evaluate(char* arena, const uint8_t* images, const uint8_t* labels, const int32_t* indices, int count);

/**
 * Trains on the positions first .. first+count-1 of an epoch. order: int32 [count][LANES] into images, starting at
 * `first`, which must be a multiple of the batch size; the last batch may be smaller.
 */
void zoo_train(char* arena, const uint8_t* images, const uint8_t* labels, const int32_t* order, int first, int count,
               int epoch);

/**
 * Answers the question in the arena's program for the first `count` images of the piece in the arena. Losses, right answers and
 * gradients add up over pieces; answers per image are written.
 */
void zoo_ask(char* arena, int count);

/**
 * Adds the sums of a ProductsTask (products.h) to out, float64; over several calls that cut K after multiples of 256 the result is
 * that of one. scratch: PRODUCTS_SCRATCH bytes.
 */
void zoo_products(const int32_t* task, const float* a, const float* b, double* out, char* scratch);

/** The same of a Products64Task (products64.h), whose sums run in float64. */
void zoo_products64(const int32_t* task, const void* a, const void* b, double* out, char* scratch);

/** Writes the counts of a MatchesTask (matches.h). */
void zoo_matches(const int32_t* task, const uint8_t* a, const uint8_t* b, int32_t* out);

/** Writes what a StatisticsTask (statistics.h) asks: out [m, segments, 7]. scratch: a vector for each value of the longest segment. */
void zoo_statistics(const int32_t* task, const float* rows, double* out, char* scratch);

/** exp 0, log 1, tanh 2, erf 3, sigmoid 4 of `count` float32 values, a multiple of 16. */
void zoo_math(int function, const float* in, float* out, int count);
}
