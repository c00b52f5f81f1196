// x86-64 with FMA3: 4 lanes in xmm, 8 in ymm, 16 in zmm.
#pragma once
#include <immintrin.h>

#if !defined(__FMA__)
#error "this processor has no fused multiply-add"
#endif

namespace zoo {

#if ZOO_LANES == 16
ZOO_INLINE V splat(float f) { return (V)_mm512_set1_ps(f); }
ZOO_INLINE I splat_i(int32_t v) { return (I)_mm512_set1_epi32(v); }
ZOO_INLINE V madd(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
ZOO_INLINE Doubles splat64(double d) { return (Doubles)_mm512_set1_pd(d); }
ZOO_INLINE Doubles madd_exact(Doubles a, Doubles b, Doubles c) { return (Doubles)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
ZOO_INLINE V sqrt(V x) { return (V)_mm512_sqrt_ps((__m512)x); }
ZOO_INLINE V minimum(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
ZOO_INLINE V maximum(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
ZOO_INLINE int sum_bytes(ByteVector x) {
  return (int)_mm512_reduce_add_epi64(_mm512_sad_epu8((__m512i)x, _mm512_setzero_si512()));
}
ZOO_INLINE ByteVector count_equal(ByteVector x, ByteVector y, ByteVector sum) {
  const __mmask64 equal = _mm512_cmpeq_epi8_mask((__m512i)x, (__m512i)y);
  return (ByteVector)_mm512_mask_sub_epi8((__m512i)sum, equal, (__m512i)sum, _mm512_set1_epi8(-1));
}
ZOO_INLINE U mul_even(U a, U b) { return (U)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
ZOO_INLINE U high_to_low(U a) { return (U)_mm512_srli_epi64((__m512i)a, 32); }
ZOO_INLINE U low_to_high(U a) { return (U)_mm512_slli_epi64((__m512i)a, 32); }
ZOO_INLINE U odd_of(U even, U odd) { return (U)_mm512_mask_blend_epi32(0xaaaa, (__m512i)even, (__m512i)odd); }
ZOO_INLINE V from_bytes(const uint8_t* p) { return (V)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p))); }
#elif ZOO_LANES == 8
ZOO_INLINE V splat(float f) { return (V)_mm256_set1_ps(f); }
ZOO_INLINE I splat_i(int32_t v) { return (I)_mm256_set1_epi32(v); }
ZOO_INLINE V madd(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
ZOO_INLINE Doubles splat64(double d) { return (Doubles)_mm256_set1_pd(d); }
ZOO_INLINE Doubles madd_exact(Doubles a, Doubles b, Doubles c) { return (Doubles)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
ZOO_INLINE V sqrt(V x) { return (V)_mm256_sqrt_ps((__m256)x); }
ZOO_INLINE V minimum(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
ZOO_INLINE V maximum(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
ZOO_INLINE int sum_bytes(ByteVector x) {
  const __m256i sums = _mm256_sad_epu8((__m256i)x, _mm256_setzero_si256());
  const __m128i halves = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return _mm_cvtsi128_si32(halves) + _mm_extract_epi32(halves, 2);
}
ZOO_INLINE U mul_even(U a, U b) { return (U)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
ZOO_INLINE U high_to_low(U a) { return (U)_mm256_srli_epi64((__m256i)a, 32); }
ZOO_INLINE U low_to_high(U a) { return (U)_mm256_slli_epi64((__m256i)a, 32); }
ZOO_INLINE U odd_of(U even, U odd) { return (U)_mm256_blend_epi32((__m256i)even, (__m256i)odd, 0xaa); }
ZOO_INLINE V from_bytes(const uint8_t* p) { return (V)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p))); }
#elif ZOO_LANES == 4
ZOO_INLINE V splat(float f) { return (V)_mm_set1_ps(f); }
ZOO_INLINE I splat_i(int32_t v) { return (I)_mm_set1_epi32(v); }
ZOO_INLINE V madd(V a, V b, V c) { return (V)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c); }
ZOO_INLINE Doubles splat64(double d) { return (Doubles)_mm_set1_pd(d); }
ZOO_INLINE Doubles madd_exact(Doubles a, Doubles b, Doubles c) { return (Doubles)_mm_fmadd_pd((__m128d)a, (__m128d)b, (__m128d)c); }
ZOO_INLINE V sqrt(V x) { return (V)_mm_sqrt_ps((__m128)x); }
ZOO_INLINE V minimum(V a, V b) { return (V)_mm_min_ps((__m128)a, (__m128)b); }
ZOO_INLINE V maximum(V a, V b) { return (V)_mm_max_ps((__m128)a, (__m128)b); }
ZOO_INLINE int sum_bytes(ByteVector x) {
  const __m128i sums = _mm_sad_epu8((__m128i)x, _mm_setzero_si128());
  return _mm_cvtsi128_si32(sums) + _mm_extract_epi32(sums, 2);
}
ZOO_INLINE U mul_even(U a, U b) { return (U)_mm_mul_epu32((__m128i)a, (__m128i)b); }
ZOO_INLINE U high_to_low(U a) { return (U)_mm_srli_epi64((__m128i)a, 32); }
ZOO_INLINE U low_to_high(U a) { return (U)_mm_slli_epi64((__m128i)a, 32); }
ZOO_INLINE U odd_of(U even, U odd) { return (U)_mm_blend_epi16((__m128i)even, (__m128i)odd, 0xcc); }
ZOO_INLINE V from_bytes(const uint8_t* p) { return (V)_mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(*(const int32_t*)p))); }
#endif

/** 32x32 -> 64 bit products, split into high and low words, lane by lane. */
ZOO_INLINE void mul_wide(U a, U b, U& high, U& low) {
  const U even = mul_even(a, b);
  const U odd = mul_even(high_to_low(a), high_to_low(b));
  high = odd_of(high_to_low(even), odd);
  low = odd_of(even, low_to_high(odd));
}

/** Loads the value once: GCC would rather read it again from memory in every instruction, and run out of load ports. */
ZOO_INLINE void in_register(V& v) {
#if defined(__AVX512VL__)
  __asm__("" : "+v"(v));
#else
  __asm__("" : "+x"(v));
#endif
}
ZOO_INLINE void in_register(Doubles& v) {
#if defined(__AVX512VL__)
  __asm__("" : "+v"(v));
#else
  __asm__("" : "+x"(v));
#endif
}

ZOO_INLINE I select(I mask, I yes, I no) { return mask ? yes : no; }

/** Registers that the operands of a tile's step take: the shorter ones are held, the longer ones pass through one. */
constexpr int operand_registers(int shorter, int) { return shorter + 1; }

#if defined(__AVX512VL__)
constexpr int REGISTERS = 32;
#else
constexpr int REGISTERS = 16;
#endif

}  // namespace zoo
