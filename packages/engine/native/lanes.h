// One vector = the same scalar of ZOO_LANES models. Every operation here is IEEE 754 per lane, so a lane's
// bits never depend on how many lanes there are. Compile with -ffp-contract=off: the only fused
// multiply-adds are the ones written as madd().
#pragma once
#include <stdint.h>

#ifndef ZOO_LANES
#error "define ZOO_LANES (4, 8 or 16)"
#endif

namespace zoo {

constexpr int LANES = ZOO_LANES;

typedef float V __attribute__((vector_size(LANES * 4)));
typedef int32_t I __attribute__((vector_size(LANES * 4)));
typedef uint32_t U __attribute__((vector_size(LANES * 4)));
/** A vector full of bytes, and half a vector of float32 with as many float64. Not lanes: used where a sum may run over them, or not at all. */
typedef uint8_t ByteVector __attribute__((vector_size(LANES * 4)));
typedef float Half __attribute__((vector_size(LANES * 2)));
typedef double Doubles __attribute__((vector_size(LANES * 4)));

#if defined(__clang__)
#define ZOO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define ZOO_UNROLL _Pragma("GCC unroll 16")
#endif
#define ZOO_INLINE static inline __attribute__((always_inline))

}  // namespace zoo

#if defined(__wasm__)
#include "lanes-wasm.h"
#elif defined(__x86_64__)
#include "lanes-x86.h"
#elif defined(__aarch64__)
#include "lanes-neon.h"
#else
#error "no lanes for this processor"
#endif

namespace zoo {

/** Share of the first-level data cache (32 KiB or more) that a loop may count on. */
constexpr int CACHE_BYTES = 28 * 1024;

/** Each byte of `sum` and one more where those of x and y are equal, modulo 256. */
#if !defined(__AVX512BW__) || ZOO_LANES != 16
ZOO_INLINE ByteVector count_equal(ByteVector x, ByteVector y, ByteVector sum) { return sum - (ByteVector)(x == y); }
#endif

ZOO_INLINE U splat_u(uint32_t v) { return (U)splat_i((int32_t)v); }
ZOO_INLINE I pick(I mask, I yes, I no) { return select(mask, yes, no); }
ZOO_INLINE V pick(I mask, V yes, V no) { return (V)select(mask, (I)yes, (I)no); }
ZOO_INLINE V abs(V x) { return (V)((I)x & splat_i(0x7fffffff)); }
ZOO_INLINE V copysign(V magnitude, V sign) {
  return (V)(((I)magnitude & splat_i(0x7fffffff)) | ((I)sign & splat_i((int32_t)0x80000000)));
}

}  // namespace zoo
